import { performance } from 'node:perf_hooks'
import { circuitBreaker, CircuitState, handleWhen, type CircuitBreakerPolicy } from 'cockatiel'
import type {
  BreakerState,
  GuardedCallContext,
  GuardedCallOptions,
  GuardedOptions,
  GuardedService,
} from '@homeostat/optimizer'
import { after, nextTurn } from '@homeostat/signals'
import { BreakerOpenError, GuardedTimeoutError } from '../errors.ts'
import type { BreakerSeries } from './breaker-series.ts'
import { openTime } from './open-time.ts'
import { OutageBreaker } from './outage-breaker.ts'
import { UsualDuration } from './usual-duration.ts'

/** The words for cockatiel's states. A circuit is never isolated by hand here. */
const STATES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Isolated]: 'open',
}

/**
 * A call that has no answer after so many times the usual 99th percentile counts as failed, though it goes on: a service that hangs would
 * be noticed at the application's own timeout only. At least a second, and 5 s before the usual duration is known.
 */
const TIMES_USUAL = 4
const LEAST_LIMIT_MS = 1000
const UNKNOWN_LIMIT_MS = 5000
const MOST_LIMIT_MS = 30_000

/** How a call ended for the breaker that watches it. */
class CallFailed extends Error {
  override readonly name = 'CallFailed'
}

/** What the guarded services of one process share. */
export interface GuardParts {
  readonly halfOpenAfterMs: number
  /** Whether open breakers refuse calls now. */
  readonly isEnforced: () => boolean
}

/**
 * The calls to one origin behind a circuit breaker of [cockatiel](https://github.com/connor4312/cockatiel). The breaker watches the calls
 * in every mode. Only where it is enforced it also refuses them.
 */
export class GuardedOrigin implements GuardedService {
  readonly origin: string
  readonly #options: GuardedOptions
  readonly #parts: GuardParts
  readonly #series: BreakerSeries
  readonly #policy: CircuitBreakerPolicy
  readonly #usual = new UsualDuration()
  /** When the first call was refused after the last test of the service. Only the next test shows whether it would have failed. */
  #refusingSinceMs: number | undefined

  constructor(origin: string, options: GuardedOptions, parts: GuardParts, series: BreakerSeries) {
    this.origin = origin
    this.#options = options
    this.#parts = parts
    this.#series = series
    this.#policy = circuitBreaker(
      handleWhen(error => error instanceof CallFailed),
      { halfOpenAfter: openTime(parts.halfOpenAfterMs), breaker: new OutageBreaker() },
    )
  }

  get state(): BreakerState {
    return STATES[this.#policy.state]
  }

  get isEnforced(): boolean {
    return this.#parts.isEnforced()
  }

  async execute<T>(
    call: (context: GuardedCallContext) => T | PromiseLike<T>,
    { signal }: GuardedCallOptions = {},
  ): Promise<T> {
    const startMs = performance.now()
    let made: Promise<T> | undefined
    // cockatiel lets callers wait while another call tests the service; they are refused instead, so that no one waits for a service
    // that may hang. Its `execute` makes the call at once or not at all.
    if (this.#policy.state !== CircuitState.HalfOpen)
      void this.#policy
        .execute(() => {
          const isTest = this.#policy.state === CircuitState.HalfOpen
          made = this.#make(call, signal)
          return this.#watched(made, startMs, signal, isTest)
        })
        .catch(() => undefined)
    try {
      if (made === undefined) {
        this.#series.refused(this.isEnforced)
        if (this.isEnforced) {
          this.#refusingSinceMs ??= startMs
          throw new BreakerOpenError(this.origin)
        }
        made = this.#make(call, signal)
        made.then(
          result => this.#settle(this.#isFailure(result), startMs, signal),
          () => this.#settle(true, startMs, signal),
        )
      }
      return await made
    } finally {
      this.#series.waited((performance.now() - startMs) / 1000)
    }
  }

  /** Makes the call, with the application's own limit. */
  async #make<T>(call: (context: GuardedCallContext) => T | PromiseLike<T>, own: AbortSignal | undefined): Promise<T> {
    const { timeoutMs } = this.#options
    if (timeoutMs === undefined) return call({ signal: own ?? new AbortController().signal })
    const limit = new AbortController()
    const timedOut = Promise.withResolvers<never>()
    using _ = after(timeoutMs, () => {
      const error = new GuardedTimeoutError(this.origin, timeoutMs)
      limit.abort(error)
      timedOut.reject(error)
    })
    const signal = own === undefined ? limit.signal : AbortSignal.any([own, limit.signal])
    return await Promise.race([call({ signal }), timedOut.promise])
  }

  /** For the breaker: settles when it is clear whether the service has failed, which may be before the call ends. */
  #watched<T>(made: Promise<T>, startMs: number, signal: AbortSignal | undefined, isTest: boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let shows = isTest
    const tested = (result: 'succeeded' | 'failed' | 'aborted'): void => {
      if (shows) this.#tested(result)
      // A test that took too long has failed, however it ends.
      shows = false
    }
    // One turn later: after a blocked event loop the timer is first, and the answer is there already.
    const fail = (): void => {
      tested('failed')
      reject(new CallFailed())
    }
    const slow = after(this.#limitMs(), () => nextTurn().then(fail))
    const end = (hasFailed: boolean): void => {
      slow[Symbol.dispose]()
      const result = this.#settle(hasFailed, startMs, signal)
      tested(result)
      if (result === 'succeeded') resolve()
      else if (result === 'failed') reject(new CallFailed())
      // The caller gave up. A test that nobody waited for has shown nothing, so the breaker stays open.
      else reject(this.#policy.state === CircuitState.HalfOpen ? new CallFailed() : new Error('aborted'))
    }
    made.then(
      result => end(this.#isFailure(result)),
      () => end(true),
    )
    return promise
  }

  /** A test has shown how the service is; what nobody waited for has shown nothing. */
  #tested(result: 'succeeded' | 'failed' | 'aborted'): void {
    if (result === 'aborted') return
    if (result === 'succeeded' && this.#refusingSinceMs !== undefined)
      this.#series.refusedNeedlessly((performance.now() - this.#refusingSinceMs) / 1000)
    this.#refusingSinceMs = undefined
  }

  #settle(hasFailed: boolean, startMs: number, signal: AbortSignal | undefined): 'succeeded' | 'failed' | 'aborted' {
    const result = hasFailed ? (signal?.aborted === true ? 'aborted' : 'failed') : 'succeeded'
    this.#series.ended(result)
    if (result === 'succeeded') this.#usual.record(performance.now() - startMs)
    return result
  }

  #limitMs(): number {
    const { p99 } = this.#usual
    return p99 === undefined ? UNKNOWN_LIMIT_MS : Math.min(MOST_LIMIT_MS, Math.max(LEAST_LIMIT_MS, TIMES_USUAL * p99))
  }

  /** A function of the application that throws says nothing about the service. */
  #isFailure(result: unknown): boolean {
    try {
      return (this.#options.isFailure ?? isFailedResponse)(result)
    } catch {
      return false
    }
  }
}

/** A response of `fetch` (`status`) or of undici and `node:http` (`statusCode`) that blames the service. */
function isFailedResponse(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return false
  const { status, statusCode } = result as { readonly status?: unknown; readonly statusCode?: unknown }
  const code = typeof status === 'number' ? status : statusCode
  return typeof code === 'number' && ((code >= 500 && code <= 599) || code === 429)
}
