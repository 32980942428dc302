import type { PoolUse } from '../known-pool.ts'

/** What a pool had counted at one moment, since it is known. */
export interface PoolTotals {
  readonly at: number
  readonly checkouts: number
  readonly usedMs: number
}

/** So many moments are kept, at least so far apart: five minutes. */
const MOST_MOMENTS = 60
const LEAST_GAP_MS = 5000
/** From so many intervals on, a trend is a trend. */
const LEAST_INTERVALS = 6

/** The recent use of a pool, and where it leads. The clock is that of the caller. */
export class PoolUseHistory {
  readonly #moments: PoolTotals[] = []

  /** Adds a moment; one that follows sooner than five seconds after the one before is left out. */
  add(totals: PoolTotals): void {
    const last = this.#moments.at(-1)
    if (last !== undefined && totals.at - last.at < LEAST_GAP_MS) return
    this.#moments.push(totals)
    if (this.#moments.length > MOST_MOMENTS) this.#moments.shift()
  }

  /** The use since the oldest moment, or since `sinceMs` before the newest one. Undefined before there are two. */
  use(sinceMs: number = Number.POSITIVE_INFINITY): PoolUse | undefined {
    const last = this.#moments.at(-1)
    if (last === undefined) return undefined
    const first = this.#moments.find(({ at }) => last.at - at <= sinceMs)
    return first === undefined || first === last ? undefined : useBetween(first, last)
  }

  /**
   * In how many seconds all `limit` connections are in use, if their use goes on to rise as it did: by a straight line of least squares.
   * 0 when they are, undefined when the use does not rise or too little is known.
   */
  secondsToSaturation(limit: number): number | undefined {
    const points = this.#moments.slice(1).map((moment, index) => {
      const before = this.#moments[index]!
      return { at: (moment.at + before.at) / 2000, busy: useBetween(before, moment).busy }
    })
    if (points.length < LEAST_INTERVALS) return undefined
    const meanAt = points.reduce((sum, { at }) => sum + at, 0) / points.length
    const meanBusy = points.reduce((sum, { busy }) => sum + busy, 0) / points.length
    const spread = points.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0)
    const slope = points.reduce((sum, { at, busy }) => sum + (at - meanAt) * (busy - meanBusy), 0) / spread
    const now = meanBusy + slope * (this.#moments.at(-1)!.at / 1000 - meanAt)
    if (now >= limit) return 0
    return slope > 0 ? (limit - now) / slope : undefined
  }
}

function useBetween(from: PoolTotals, to: PoolTotals): PoolUse {
  const seconds = (to.at - from.at) / 1000
  const busy = (to.usedMs - from.usedMs) / 1000 / seconds
  const checkouts = to.checkouts - from.checkouts
  // A checkout that goes on is a part of the use and not of the count: with none, its length is the whole time.
  return {
    busy,
    rate: checkouts / seconds,
    seconds: checkouts > 0 ? (busy * seconds) / checkouts : busy > 0 ? seconds : 0,
  }
}
