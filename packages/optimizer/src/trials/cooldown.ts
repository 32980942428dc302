/** No cooldown is longer, however often the action did not help. */
const LONGEST_MS = 3_600_000
/** The share of the cooldown by which it varies to either side. */
const JITTER = 0.2

/**
 * The wait after a trial: the response's own, doubled with each trial in a row that did not help, at most an hour, and spread by
 * ±20 % so that the processes of a fleet do not act in step (Brooker, "Exponential Backoff And Jitter", AWS 2015).
 *
 * @param jitter - from 0 to 1
 */
export function cooldownMs(baseMs: number, streak: number, jitter: number): number {
  const grown = baseMs * 2 ** Math.min(streak, 30)
  return Math.min(grown * (1 + JITTER * (2 * jitter - 1)), LONGEST_MS)
}
