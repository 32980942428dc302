import { plainDuration } from '../../words/plain-numbers.ts'
import { HORIZON_MS } from './horizon.ts'

/** What quiet windows lack before a trial can begin whose guard seldom reverts without a cause. */
export interface StillToLearn {
  readonly known: number
  readonly of: number
  /** What is counted, e.g. `quiet samples`. */
  readonly what: string
  /** Quiet time until then at the present pace, in ms; undefined while the pace is not known. */
  readonly leftMs: number | undefined
}

/**
 * Samples that a trial needs: enough to know their spread, and over as much time as a trial takes. Forty samples of a number
 * that stays high for a minute at a time, taken within 40 s, would show a part of its noise only.
 */
export function samplesOfTrial(fewest: number, everyMs: number): number {
  return everyMs > 0 ? Math.max(fewest, Math.ceil(HORIZON_MS / everyMs)) : fewest
}

/**
 * E.g. `knows 12 of the 40 quiet samples it needs; ready after about 140 s without a trial`.
 *
 * @param waitMs - how long a trial still waits for it
 */
export function stillToLearnText({ known, of, what, leftMs = Infinity }: StillToLearn, waitMs: number): string {
  const until =
    leftMs <= waitMs
      ? `ready after about ${plainDuration(leftMs)} without a trial`
      : `a trial begins without them after ${plainDuration(waitMs)}`
  return `knows ${Math.floor(known)} of the ${of} ${what} it needs; ${until}`
}
