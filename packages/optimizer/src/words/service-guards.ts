/** What a guarded call receives. */
export interface GuardedCallContext {
  /** Aborted when the caller's own signal is, and at `timeoutMs`. Hand it to `fetch`. */
  readonly signal: AbortSignal
}

/** Options of `guarded(origin)`. They hold for the calls through the service that it returns; all services of an origin share one breaker. */
export interface GuardedOptions {
  /** A call is aborted after this time, and fails. It holds in every mode, since it is the application's own limit. @default no limit */
  readonly timeoutMs?: number
  /**
   * Whether what a call returned is a failure of the service. The result goes to the caller all the same. It has to answer at once: where it
   * throws or returns a promise, the default counts.
   * @default a response with a status of 500 or more, or of 429
   */
  readonly isFailure?: (result: unknown) => boolean
}

/** Options of one guarded call. */
export interface GuardedCallOptions {
  /** Ends the call early. It is the caller's decision, so it counts neither for nor against the service. @default none */
  readonly signal?: AbortSignal | undefined
}

/** The state of a circuit breaker: `half_open` while one call tests whether the service is back. */
export type BreakerState = 'closed' | 'open' | 'half_open'

/** A service behind a circuit breaker. */
export interface GuardedService {
  /** The origin, e.g. `https://api.example.com`; `_OTHER` for what is not one, whose calls are never refused. */
  readonly origin: string
  /** The state of the breaker, whether or not it may refuse calls. */
  readonly state: BreakerState
  /** Whether it refuses calls while it is open. Otherwise it only counts what it would have refused. */
  readonly isEnforced: boolean
  /**
   * Makes a call, or refuses it while the breaker is open and may refuse.
   *
   * @throws BreakerOpenError (`HOMEOSTAT_BREAKER_OPEN`) when the call is refused: it was not made
   * @throws GuardedTimeoutError (`HOMEOSTAT_GUARDED_TIMEOUT`) when it took longer than `timeoutMs`
   * @throws whatever the call throws
   */
  execute<T>(call: (context: GuardedCallContext) => T | PromiseLike<T>, options?: GuardedCallOptions): Promise<T>
}

/** Puts circuit breakers around calls to other services. */
export interface ServiceGuards {
  /** The guarded service of an origin. All services of one origin share its breaker. */
  guarded(origin: string | URL, options?: GuardedOptions): GuardedService
  /** Asks from now on before each refusal whether anything may be refused. @default it may */
  govern?(mayRefuse: () => boolean): void
}
