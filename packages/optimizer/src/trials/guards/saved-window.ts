/** A stamp that is further ahead comes from a clock that was wrong, so its age is not known. */
const MOST_AHEAD_MS = 60_000

/**
 * How many of the newest samples of a saved window are still in it. A window is a stretch of time: it goes on while no process
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
