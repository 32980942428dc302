const LONGEST_TICK_MS = 86_400_000

/** A stamp that is further ahead comes from a clock that was wrong, so its age is not known. */
const MOST_AHEAD_MS = 60_000

/** The times that every saved window has. */
export interface SavedWindow {
  /** Usual time between two samples. */
  readonly tickMs: number
  /** When the newest sample came, in ms since the epoch. */
  readonly lastAt: number
}

/** Whether a value has the times of a saved window. */
export function isSavedWindow(saved: unknown): saved is SavedWindow {
  const { tickMs, lastAt } = Object(saved) as Partial<Record<keyof SavedWindow, unknown>>
  return isWithin(tickMs, 1, LONGEST_TICK_MS) && isWithin(lastAt, 0, Number.MAX_SAFE_INTEGER)
}

/**
 * Counts the newest samples of a saved window that are still in it. A window is a stretch of time: it goes on while no process
 * observes, so that after a long gap nothing is left in it.
 *
 * @param capacity - samples in a full window
 * @param everyMs - time between two of them
 */
export function samplesLeft(capacity: number, everyMs: number, lastAt: number, now: number): number {
  const gap = now - lastAt
  if (gap < -MOST_AHEAD_MS) return 0
  return Math.max(0, capacity - Math.floor(Math.max(0, gap) / everyMs))
}

/** The last `count` values. */
export function lastOf<T>(values: readonly T[], count: number): readonly T[] {
  return count === 0 ? [] : values.slice(-count)
}

/** Whether a value is a list of numbers within bounds, and no longer than a window. */
export function isListOf(value: unknown, most: number, min: number, max: number): value is readonly number[] {
  return Array.isArray(value) && value.length <= most && value.every(each => isWithin(each, min, max))
}

/** False for what is not a number. */
export function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max
}
