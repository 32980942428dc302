import type { Gate } from '../gate.ts'
import { plainDuration } from '../../words/plain-numbers.ts'

/**
 * Absence is no evidence: what is not seen now may be over, gone or broken. Nor is a value that is infinite or not a number,
 * which comes from a division by nothing: the alert fires for people to see, but how bad it is, and whether an action
 * helped, cannot be distinguished from it.
 */
export const missingDataGate: Gate = {
  reason: 'missing data',
  refuse: ({ firing: { missingSince, keptSince, value } }, { now }) => {
    if (missingSince !== undefined)
      return `the data of the alert has been missing for ${plainDuration(now - missingSince)}`
    if (keptSince !== undefined) return `the condition of the alert has not held for ${plainDuration(now - keptSince)}`
    if (Number.isFinite(value)) return undefined
    const shown = Number.isNaN(value) ? 'not a number' : 'infinite'
    return `its value is ${shown}; require a minimum number of events in the ratio, e.g. "and <denominator> > 0"`
  },
}
