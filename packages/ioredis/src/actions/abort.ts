import { sleep, untilAborted as waitUntilAborted } from '@homeostat/signals'

/** Work that a signal ended before it was done. */
export class WarmingAbortedError extends Error {
  readonly code = 'HOMEOSTAT_CACHE_WARMING_ABORTED' as const
  override readonly name: string = 'WarmingAbortedError'

  constructor(options?: ErrorOptions) {
    super(
      'cache.warm was aborted: the rest is left for the next run; give the response a longer timeoutMs if this repeats',
      options,
    )
  }
}

/** The promise's end or the signal's abort, whichever is first: a loader that ignores its signal holds nobody up. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return waitUntilAborted(promise, signal, { reason: () => new WarmingAbortedError({ cause: signal.reason }) })
}

/** Waits without keeping the process alive. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await untilAborted(sleep(ms, { signal }), signal)
}
