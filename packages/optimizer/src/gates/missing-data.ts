import type { Gate } from '../gate.ts'

/** Absence is no evidence: what is not seen now may be over, gone or broken. */
export const missingDataGate: Gate = {
  reason: 'missing data',
  refuse: ({ firing: { missingSince, keptSince } }, { now }) => {
    if (missingSince !== undefined) return `its data has been missing for ${seconds(now - missingSince)}`
    return keptSince === undefined ? undefined : `its condition has not held for ${seconds(now - keptSince)}`
  },
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
