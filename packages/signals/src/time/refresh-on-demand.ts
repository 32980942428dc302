import { after } from './timers.ts'

/** Timers and ticks are a little early: what is nearly due counts as due. */
const NEARLY = 0.9

/** Refreshes something that only those who collect need, and that takes too long to read while they wait. */
export interface RefreshOnDemand extends Disposable {
  /** Somebody collects now, and takes what was read last. */
  asked(nowMs: number): void
}

/**
 * Refreshes at a collection, at most once in `refreshMs`, for the one after it. Nothing is read while nobody collects. Who
 * collects less than half as often would find values as old as the last collection; they are read once more shortly before
 * the next one is expected.
 *
 * @param refresh - must not throw
 */
export function refreshOnDemand(refreshMs: number, refresh: () => void): RefreshOnDemand {
  let refreshedAt = Number.NEGATIVE_INFINITY
  let askedAt: number | undefined
  let timer: Disposable | undefined

  const go = (nowMs: number): void => {
    refreshedAt = nowMs
    refresh()
  }

  return {
    asked: nowMs => {
      const gapMs = askedAt === undefined ? 0 : nowMs - askedAt
      askedAt = nowMs
      timer?.[Symbol.dispose]()
      if (nowMs - refreshedAt >= NEARLY * refreshMs) go(nowMs)
      if (gapMs > 2 * refreshMs) timer = after(gapMs - refreshMs, () => go(performance.now()))
    },
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  }
}
