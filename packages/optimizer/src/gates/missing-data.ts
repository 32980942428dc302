import type { Gate } from '../gate.ts'

/** An alert that is only kept firing has no value that holds now: the trouble is over, its data is gone, or its rule failed. */
export const missingDataGate: Gate = {
  reason: 'missing data',
  refuse: ({ firing }, { now }) =>
    firing.keptSince === undefined
      ? undefined
      : `its condition does not hold any more, since ${Math.round((now - firing.keptSince) / 1000)} s`,
}
