import type { Gate } from '../gate.ts'

export const killSwitchGate: Gate = {
  reason: 'kill switch',
  refuse: (_proposal, { killSwitch }) => (killSwitch.tripped ? `tripped by ${killSwitch.by}` : undefined),
}
