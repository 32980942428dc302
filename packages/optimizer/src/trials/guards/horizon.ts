/**
 * The length of trial that limits are made for: settle and window of the defaults, and a minute for the action itself.
 * A longer trial is watched too; its limits widen as it grows.
 */
export const HORIZON_MS: number = 180_000

/** Ticks that may be missed before a guard says that it is blind. */
const MISSED_TICKS = 5
const SHORTEST_BLIND_MS = 10_000

/** After this time without a value a guard is blind. */
export function blindAfterMs(tickMs: number): number {
  return Math.max(SHORTEST_BLIND_MS, MISSED_TICKS * tickMs)
}
