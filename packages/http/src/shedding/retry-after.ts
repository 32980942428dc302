const LEAST_SPREAD_S = 2
const MOST_SPREAD_S = 30
/** The longer it goes on, the longer clients are asked to stay away. */
const SPREAD_PER_S = 0.25

/**
 * Seconds for the header `Retry-After`: at least one, and spread at random, so that those who were refused do not come back together.
 * Over 2 s at first, and over up to 30 s the longer the overload goes on.
 *
 * @param sheddingMs - how long requests have been refused, in milliseconds
 * @param random - a number from 0 to 1, without 1
 */
export function retryAfterSeconds(sheddingMs: number, random: number): number {
  const spread = Math.min(MOST_SPREAD_S, Math.max(LEAST_SPREAD_S, (sheddingMs / 1000) * SPREAD_PER_S))
  return 1 + Math.floor(random * spread)
}
