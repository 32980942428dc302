import { describeThrown, ignoreRejection } from '@homeostat/signals'
import type { Gate } from '../gate.ts'

const LONGEST_REASON = 300

export const prerequisitesGate: Gate = {
  reason: 'prerequisites',
  refuse: (proposal, { unmetOf }) => {
    const { action, firing } = proposal
    const unmet = unmetOf(proposal)
    if (unmet !== undefined) return unmet
    try {
      const why: unknown = action.unready?.(firing)
      if (why === undefined || why === null || why === false) return undefined
      ignoreRejection(why)
      return typeof why === 'string' ? why.slice(0, LONGEST_REASON) : 'its unready() returned no text'
    } catch (error) {
      return `it could not tell whether it is ready: ${describeThrown(error)}`
    }
  },
}
