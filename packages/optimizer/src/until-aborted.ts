/** An aborted action may still hand in a receipt of what it did until then. */
const GRACE_MS = 1000

/** Waits for the outcome; after an abort only for the grace, so that an action that ignores its signal holds nobody up. */
export function untilAborted<T>(outcome: Promise<T>, signal: AbortSignal, graceMs: number = GRACE_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    let grace: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      grace = setTimeout(() => reject(signal.reason), graceMs)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    void outcome.then(resolve, reject).finally(() => {
      clearTimeout(grace)
      signal.removeEventListener('abort', onAbort)
    })
  })
}
