import type { Condition } from './table-use.ts'

/** What the planner takes where it knows nothing. Source: selfuncs.h. */
const GUESSES = { equal: 0.005, list: 0.025, range: 1 / 3, contains: 0.01, other: 1 } as const

const USUAL_ITEMS = 5

/** The share of the rows that meet a condition, whatever it compares with. */
export function guessedShare({ comparison, key, items = USUAL_ITEMS }: Condition): number {
  const distinct = key?.column?.distinct
  if (distinct !== undefined && distinct > 0) {
    if (comparison === 'equal') return 1 / distinct
    if (comparison === 'list') return Math.min(1, items / distinct)
  }
  return GUESSES[comparison]
}
