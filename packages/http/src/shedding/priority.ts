/**
 * How important a request is. Under overload `retry` is refused first, then `low`, then `normal`; `high` is refused when it alone is
 * more than the process can serve. `exempt` is never refused: health checks.
 */
export type Priority = 'exempt' | 'high' | 'normal' | 'low' | 'retry'

/** The priorities that a request can be given by configuration; a retry is recognised by its headers. */
export type GivenPriority = Exclude<Priority, 'retry'>

const RANKS: Readonly<Record<Priority, number>> = { retry: 0, low: 1, normal: 2, high: 3, exempt: 4 }

/** 0 for the priority that is refused first. */
export function rankOf(priority: Priority): number {
  return RANKS[priority]
}
