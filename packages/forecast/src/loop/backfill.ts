import type { BackfillOptions } from './backfill-options.ts'
import { runBackfill } from './backfill-run.ts'
import type { BackfillResult, BackfillWork } from './backfill-work.ts'

/** A backfill under way. */
export interface Backfill extends AsyncDisposable {
  /** Never rejects. */
  readonly done: Promise<readonly BackfillResult[]>
  /** Ends it; what is not complete is as if it had never begun. */
  stop(): void
}

/**
 * Fetches the last days of every target, one request at a time and in slices, while the process does its work. Never throws:
 * a failure is reported as a fault, and the forecasters go on with what they have.
 */
export function startBackfill(options: BackfillOptions, work: BackfillWork): Backfill {
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  const done = runBackfill(options, work, stopping.signal)
  return {
    done,
    stop,
    [Symbol.asyncDispose]: async () => {
      stop()
      await done
    },
  }
}
