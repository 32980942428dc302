import { median, rankSumP } from '@homeostat/optimizer/judge'
import { LEAST_BLOCKS, plain, type Beside } from './beside.ts'
import type { StatementTimes } from './call-times.ts'
import { isBelowByMoreThanDrift } from './own-drift.ts'

/** The chance at which one of all statements of the table that do not change is called slower. */
const ALPHA = 0.01
/** A smaller deterioration does not speak against an index. */
export const HARM = 0.1
/** It speaks against the index where it is so many milliseconds a call, this share of its earlier time, or this share of what the index saves in sum. */
const MUCH = { ms: 0.2, share: 0.5, ofSaved: 0.1 }
/** A deterioration that may be chance counts where it takes as much of what the index saves. */
const DOUBTFUL = 0.2

/** What the statements of the table are compared with. */
export interface HarmContext {
  readonly beside: Beside
  /** The time between the phases, in lengths of a phase. */
  readonly apart: number
  /** What the index saves in the phase after it was built, over all calls. */
  readonly savedMs: number
}

/** What became of a statement of the table. */
export interface Change {
  readonly summary: string
  /** The chance that it became no slower; that of a doubt where it was called too seldom to know. */
  readonly p: number
  readonly isBeyondDrift: boolean
  /** It became slower by more than what may be passed over. */
  readonly isMuch: boolean
  readonly isMuchOfSaved: boolean
}

/** The likeliest to have become slower first. */
export function changesOf(
  statements: readonly StatementTimes[],
  { beside, apart, savedMs }: HarmContext,
): readonly Change[] {
  return statements
    .map(({ summary, before, after, calls }) => {
      const [was, is] = [beside.corrected(before, 'before'), beside.corrected(after, 'after')]
      const isKnown = Math.min(was.length, is.length) >= LEAST_BLOCKS
      const share = Math.expm1(median(is) - median(was))
      const ms = median(after.flat()) - median(before.flat())
      const isMuchOfSaved = share > HARM && ms * calls.after > MUCH.ofSaved * savedMs
      // What drifts may be the others as well: harm stays, so that either shows it.
      const isSlower = (low: readonly number[], high: readonly number[]): boolean =>
        isBelowByMoreThanDrift(low, high, apart, statements.length)
      return {
        summary,
        p: isKnown ? rankSumP(was, is) : DOUBTFUL,
        isBeyondDrift: isKnown && (isSlower(was, is) || isSlower(plain(before), plain(after))),
        isMuch: isMuchOfSaved || (share > HARM && (ms > MUCH.ms || share > MUCH.share)),
        isMuchOfSaved,
      }
    })
    .toSorted((one, other) => one.p - other.p)
}

/**
 * The statement, reading or writing, that became slower. Each of them may by chance, so that of many the least likely has to be less likely
 * (Holm, 1979); and each drifts by itself.
 */
export function harmedStatement(changes: readonly Change[]): Change | undefined {
  const chance = changes.findIndex(({ p }, at) => p > ALPHA / (changes.length - at))
  return changes
    .slice(0, chance < 0 ? changes.length : chance)
    .find(({ isBeyondDrift, isMuch }) => isBeyondDrift && isMuch)
}

/** The statement that may have become slower by so much that the index is not worth it. */
export function doubtfulStatement(changes: readonly Change[]): Change | undefined {
  return changes.find(({ p, isMuchOfSaved }) => p <= DOUBTFUL && isMuchOfSaved)
}
