const HOUR_MS = 3_600_000

/**
 * The most transitions in any hour, both ends included. An hour that begins with a transition has the most, and when it begins
 * after the first hour it ends after the first two.
 */
export function worstHours(transitions: readonly number[]): { early: number; late: number } {
  let early = 0
  let late = 0
  let end = 0
  for (const [begin, at] of transitions.entries()) {
    while (end < transitions.length && (transitions[end] ?? at) - at <= HOUR_MS) end++
    if (at < HOUR_MS) early = Math.max(early, end - begin)
    else late = Math.max(late, end - begin)
  }
  return { early, late }
}
