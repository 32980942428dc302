/** Any window of this length; its two ends both count. */
const HOUR_MS = 3_600_000
/** Fires and resolves together in any hour, while the rule is new. */
const MOST_WHILE_NEW = 4
/** Fires and resolves together in any hour that ends after the first two hours of the rule's life. */
const MOST = 2
/**
 * A firing after so long a quiet time is a first one. With one hour, a lasting step amid noise was reported in time in only 70-80 % of
 * the cases; with four hours, in 92-98 %, and twelve are hardly better (AR(1), tau 45 s and 10 min, threshold at 1.5 sigma).
 */
const QUIET_MS = 4 * HOUR_MS
/** Keep-firing grows up to this, the longest that budgets look back. */
const LONGEST_KEEP_MS = HOUR_MS

/** What the budget remembers of one rule and label set: a few numbers. */
export interface FlapHistory {
  /** When it fired and resolved, the last hours' only, oldest first. */
  readonly transitions: readonly number[]
  /** It did neither in the hours before it fired last. */
  readonly isFirst: boolean
  /** How often it fired again within an hour of its resolving, without a quiet hour in between. */
  readonly refires: number
}

export const NO_FLAPS: FlapHistory = { transitions: [], isFirst: true, refires: 0 }

/**
 * Whether one more fire is within budget. At most two fires and resolves together in any sliding hour; four while the rule is
 * new, because what a restarted process first sees is often the end of something.
 */
export function mayFire(history: FlapHistory, now: number, startedAt: number): boolean {
  return hasRoomFor(1, history, now, startedAt)
}

/**
 * Whether resolving is within budget. A first firing may always resolve. A later one must leave room to fire once more: an alert
 * that goes on firing for too long is the smaller harm, since nothing acts on it while its condition does not hold.
 */
export function mayResolve(history: FlapHistory, now: number, startedAt: number): boolean {
  return hasRoomFor(history.isFirst ? 1 : 2, history, now, startedAt)
}

export function recordFire(history: FlapHistory, now: number): FlapHistory {
  const known = within(QUIET_MS, history, now)
  const isRefire = within(HOUR_MS, history, now).length > 0
  return { transitions: [...known, now], isFirst: known.length === 0, refires: isRefire ? history.refires + 1 : 0 }
}

export function recordResolve(history: FlapHistory, now: number): FlapHistory {
  return { ...history, transitions: [...within(QUIET_MS, history, now), now] }
}

/**
 * How long a firing is kept after its condition cleared: the rule's own time, doubled with each re-fire, at most an hour. So an
 * alert that swings faster than the budget allows ends up firing all the time, and is not hidden half of it.
 */
export function keepFiringMs({ refires }: FlapHistory, keepFiringForMs: number, intervalMs: number): number {
  if (refires === 0) return keepFiringForMs
  // Twice nothing would stay nothing.
  const grown = Math.max(keepFiringForMs, intervalMs) * 2 ** Math.min(refires, 30)
  return Math.max(keepFiringForMs, Math.min(grown, LONGEST_KEEP_MS))
}

/** Whether nothing of it matters any more. */
export function isQuiet(history: FlapHistory, now: number): boolean {
  return countWithin(QUIET_MS, history, now) === 0
}

function hasRoomFor(more: number, history: FlapHistory, now: number, startedAt: number): boolean {
  if (countWithin(HOUR_MS, history, now) + more > MOST_WHILE_NEW) return false
  // Hours that end after the first two begin after the first one, so what happens from there on has the smaller budget.
  const settledFrom = startedAt + HOUR_MS
  return now < settledFrom || countWithin(HOUR_MS, history, now, settledFrom) + more <= MOST
}

/** Counts what {@link within} finds, from a time on, and makes no list: each alert that is held back asks at each evaluation. */
function countWithin(ms: number, { transitions }: FlapHistory, now: number, from = -Infinity): number {
  let count = 0
  for (const at of transitions) if (at >= from && Math.abs(now - at) <= ms) count++
  return count
}

/** The transitions that lie no further back. Those of the future, after the clock went back, must not block until then. */
function within(ms: number, { transitions }: FlapHistory, now: number): readonly number[] {
  return transitions.filter(at => Math.abs(now - at) <= ms)
}
