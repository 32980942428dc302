import type { StandingGate } from '../gate.ts'

export const killSwitchGate: StandingGate = {
  isStanding: true,
  reason: 'kill switch',
  refuse: (_answer, { killSwitch }) => (killSwitch.tripped ? `tripped by ${killSwitch.by}` : undefined),
}
