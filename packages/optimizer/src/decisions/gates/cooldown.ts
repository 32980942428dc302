import type { Gate } from '../gate.ts'

export const cooldownGate: Gate = {
  reason: 'cooldown',
  refuse: (proposal, { cooldownOf }) => cooldownOf(proposal),
}
