import type { Gate } from '../gate.ts'

export const prerequisitesGate: Gate = {
  reason: 'prerequisites',
  refuse: (proposal, { unmetOf }) => {
    const { action, firing } = proposal
    const unmet = unmetOf(proposal)
    if (unmet !== undefined) return unmet
    try {
      return action.unready?.(firing)
    } catch (error) {
      return `it could not tell whether it is ready: ${error instanceof Error ? error.name : 'unknown error'}`
    }
  },
}
