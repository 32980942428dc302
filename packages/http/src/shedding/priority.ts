/**
 * How important a request is. Under overload `retry` is refused first, then `low`, then `normal`; `high` is refused when it alone is
 * more than the process can serve. `exempt` is never refused: health checks.
 */
export type Priority = 'exempt' | 'high' | 'normal' | 'low' | 'retry'

/** The priorities that a request can be given by configuration; a retry is recognised by its headers. */
export type GivenPriority = Exclude<Priority, 'retry'>

/** Those that are refused last come last. */
const ORDER: readonly Priority[] = ['retry', 'low', 'normal', 'high', 'exempt']

/** 0 for the priority that is refused first. */
export function rankOf(priority: Priority): number {
  return ORDER.indexOf(priority)
}
