import { median } from '@homeostat/optimizer/judge'
import type { Blocks, Phase, StatementTimes } from './call-times.ts'

/** With fewer blocks on either side no difference could be significant: of two times five, the chance is 1 in 252. */
export const LEAST_BLOCKS = 5
/** So many other statements' calls show what else has changed. */
const LEAST_OTHERS = 3
const LEAST_MS = 0.001

/** How other statements differ from what is usual for them, by block of time: load, hour and neighbours meet all of them alike. */
export class Beside {
  readonly #shifts: Readonly<Record<Phase, readonly number[]>>
  /** Whether there are enough of them. */
  readonly isKnown: boolean

  constructor(statements: readonly StatementTimes[]) {
    const usual = statements.map(({ before, after }) => ({ before, after, level: logOf(median(before.flat())) }))
    const shiftsOf = (phase: Phase): number[][] => {
      const length = Math.max(0, ...usual.map(each => each[phase].length))
      return Array.from({ length }, (_, at) =>
        usual.flatMap(each =>
          Number.isFinite(each.level) ? (each[phase][at] ?? []).map(ms => logOf(ms) - each.level) : [],
        ),
      )
    }
    const [before, after] = [shiftsOf('before'), shiftsOf('after')]
    const isEnough = (blocks: readonly (readonly number[])[]): boolean =>
      blocks.filter(calls => calls.length >= LEAST_OTHERS).length >= LEAST_BLOCKS
    this.isKnown = isEnough(before) && isEnough(after)
    const medians = (blocks: number[][]): number[] =>
      blocks.map(calls => (this.isKnown && calls.length >= LEAST_OTHERS ? median(calls) : 0))
    this.#shifts = { before: medians(before), after: medians(after) }
  }

  /** The logarithm of the median of each block with calls, without what met the others in that block as well. */
  corrected(blocks: Blocks, phase: Phase): number[] {
    return blocks.flatMap((calls, at) =>
      calls.length === 0 ? [] : [logOf(median(calls)) - (this.#shifts[phase][at] ?? 0)],
    )
  }
}

/** The logarithm of the median of each block with calls, as it was measured. */
export function plain(blocks: Blocks): number[] {
  return blocks.flatMap(calls => (calls.length === 0 ? [] : [logOf(median(calls))]))
}

/** A call that took no time that the clock can see took some. */
function logOf(ms: number): number {
  return Math.log(Math.max(ms, LEAST_MS))
}
