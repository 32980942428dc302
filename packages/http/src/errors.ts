/** A guarded call was refused, since the service does not answer. It was not made. */
export class BreakerOpenError extends Error {
  override readonly name = 'BreakerOpenError'
  readonly code = 'HOMEOSTAT_BREAKER_OPEN'

  /** @param origin - scheme, host and port */
  constructor(origin: string) {
    super(`${origin} fails, so this call was not made; its circuit breaker lets one through now and then`)
  }
}

/** A guarded call took longer than its `timeoutMs`. */
export class GuardedTimeoutError extends Error {
  override readonly name = 'GuardedTimeoutError'
  readonly code = 'HOMEOSTAT_GUARDED_TIMEOUT'

  /** @param origin - scheme, host and port */
  constructor(origin: string, timeoutMs: number) {
    super(`${origin} did not answer within ${timeoutMs} ms`)
  }
}
