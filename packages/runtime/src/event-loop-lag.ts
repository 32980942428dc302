/**
 * How long the event loop takes to come round: the time from now to the next `setImmediate`, in milliseconds.
 *
 * One sample, for a health check or a log line. The continuous measurement is `nodejs.eventloop.delay.max` and
 * `homeostat.eventloop.delay` of {@link RuntimeInstrumentation}.
 *
 * @example
 * ```ts
 * if (await measureEventLoopLag() > 100) console.warn('the event loop is late')
 * ```
 */
export function measureEventLoopLag(): Promise<number> {
  const start = performance.now()
  return new Promise(resolve => void setImmediate(() => resolve(performance.now() - start)))
}
