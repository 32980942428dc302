/** A job that leaves less than this part of a loop free counts as one that fills it. */
const TOLERANCE = 0.2
/** More jobs of one name than this need no limit. */
const MOST_AT_ONCE = 100

/**
 * The part of the event loop that a job is given while it runs, so that whole jobs fill a loop: 1 for one that computes all the time,
 * 1/2 where two of them fill a loop, 1/3 where it takes three.
 *
 * @param share - the share of its run that a job computes
 */
export function weightOf(share: number): number {
  if (!(share > 0)) return 1 / MOST_AT_ONCE
  return 1 / Math.min(MOST_AT_ONCE, Math.max(1, Math.ceil(1 / share - TOLERANCE)))
}
