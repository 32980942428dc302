import { withoutTracing } from '@homeostat/signals'

/** Runs work of which no tracer makes spans. */
export function untraced<T>(work: () => T): T {
  return withoutTracing(work)
}
