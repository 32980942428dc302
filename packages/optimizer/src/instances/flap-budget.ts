/** Any window of this length; its two ends both count. */
const HOUR_MS = 3_600_000
/** Fires and resolves together in any hour, while the rule is new. */
const MOST_WHILE_NEW = 4
/** Fires and resolves together in any hour that ends after the first two hours of the rule's life. */
const MOST = 2
/** Keep-firing grows up to this, the longest that budgets look back. */
const LONGEST_KEEP_MS = HOUR_MS

/** What the budget remembers of one rule and label set: a few numbers. */
export interface FlapHistory {
  /** When it fired and resolved, the last hour's only, oldest first. */
  readonly transitions: readonly number[]
  /** How often it fired again within an hour of its resolving, without a quiet hour in between. */
  readonly refires: number
}

export const NO_FLAPS: FlapHistory = { transitions: [], refires: 0 }

/**
 * Whether one more fire is within budget. At most two fires and resolves together in any sliding hour; four while the rule is
 * new, because what a restarted process first sees is often the end of something. Kubernetes found no cure for flapping in
 * tolerances and windows and counts direction changes as well (kubernetes/enhancements KEP-853, `stabilizationWindowSeconds`).
 */
export function mayFire(history: FlapHistory, now: number, startedAt: number): boolean {
  return hasRoomFor(1, history, now, startedAt)
}

/**
 * Whether resolving is within budget. A first firing may always resolve. One that fired again must leave room to fire once more:
 * an alert that goes on firing for too long is the smaller harm, since nothing acts on it while its condition does not hold.
 */
export function mayResolve(history: FlapHistory, now: number, startedAt: number): boolean {
  return hasRoomFor(history.refires === 0 ? 1 : 2, history, now, startedAt)
}

export function recordFire(history: FlapHistory, now: number): FlapHistory {
  const recent = recentTransitions(history, now)
  return { transitions: [...recent, now], refires: recent.length > 0 ? history.refires + 1 : 0 }
}

export function recordResolve(history: FlapHistory, now: number): FlapHistory {
  return { transitions: [...recentTransitions(history, now), now], refires: history.refires }
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
  return recentTransitions(history, now).length === 0
}

function hasRoomFor(more: number, history: FlapHistory, now: number, startedAt: number): boolean {
  const recent = recentTransitions(history, now)
  if (recent.length + more > MOST_WHILE_NEW) return false
  // Hours that end after the first two begin after the first one, so what happens from there on has the smaller budget.
  const settledFrom = startedAt + HOUR_MS
  if (now < settledFrom) return true
  return recent.filter(at => at >= settledFrom).length + more <= MOST
}

/** What lies in the future, because the clock was set back, must not block until it has come. */
function recentTransitions({ transitions }: FlapHistory, now: number): readonly number[] {
  return transitions.filter(at => Math.abs(now - at) <= HOUR_MS)
}
