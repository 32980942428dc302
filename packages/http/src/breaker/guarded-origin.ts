import { performance } from 'node:perf_hooks'
import { circuitBreaker, CircuitState, handleWhen, type CircuitBreakerPolicy, type IBreaker } from 'cockatiel'
import type { BreakerState, GuardedCallContext, GuardedOptions, GuardedService } from '@homeostat/optimizer'
import { after, type Faults, nextTurn } from '@homeostat/signals'
import { BreakerOpenError, GuardedTimeoutError } from '../errors.ts'
import type { BreakerSeries } from './breaker-series.ts'
import { type CallTerms, GuardedCalls } from './guarded-calls.ts'
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
  /** Whether an open breaker refuses calls now; undefined: the breaker never opens. */
  readonly isEnforced: (() => boolean) | undefined
  readonly faults: Faults
}

/** The breaker of services that look alike. */
const NEVER: IBreaker = { state: undefined, success: () => {}, failure: () => false }

/** Services of one origin that are kept, so that equal options are the same service. */
const MOST_SERVICES = 8

/**
 * The calls to one origin behind a circuit breaker of [cockatiel](https://github.com/connor4312/cockatiel). The breaker watches the calls
 * in every mode. Only where it is enforced it also refuses them.
 */
export class GuardedOrigin {
  readonly origin: string
  readonly #parts: GuardParts
  readonly #series: BreakerSeries
  readonly #policy: CircuitBreakerPolicy
  readonly #usual = new UsualDuration()
  readonly #services: GuardedCalls[] = []
  /** When the first call was refused after the last test of the service. Only the next test shows whether it would have failed. */
  #refusingSinceMs: number | undefined

  constructor(origin: string, parts: GuardParts, series: BreakerSeries) {
    this.origin = origin
    this.#parts = parts
    this.#series = series
    this.#policy = circuitBreaker(
      handleWhen(error => error instanceof CallFailed),
      {
        halfOpenAfter: openTime(parts.halfOpenAfterMs),
        breaker: parts.isEnforced === undefined ? NEVER : new OutageBreaker(),
      },
    )
  }

  get state(): BreakerState {
    return STATES[this.#policy.state]
  }

  get isEnforced(): boolean {
    return this.#parts.isEnforced?.() ?? false
  }

  /** The calls with these options, which share the breaker with all others: the same one for the same options. */
  service({ timeoutMs, isFailure }: GuardedOptions): GuardedService {
    const known = this.#services.find(({ options: o }) => o.timeoutMs === timeoutMs && o.isFailure === isFailure)
    if (known !== undefined) return known
    const options = { ...(timeoutMs !== undefined && { timeoutMs }), ...(isFailure && { isFailure }) }
    const made = new GuardedCalls(this, options, this.#parts.faults)
    if (this.#services.length < MOST_SERVICES) this.#services.push(made)
    return made
  }

  async execute<T>(call: (context: GuardedCallContext) => T | PromiseLike<T>, terms: CallTerms): Promise<T> {
    const startMs = performance.now()
    let made: Promise<T> | undefined
    // cockatiel lets callers wait while another call tests the service; they are refused instead, so that no one waits for a service
    // that may hang. Its `execute` makes the call at once or not at all.
    if (this.#policy.state !== CircuitState.HalfOpen)
      void this.#policy
        .execute(() => {
          const isTest = this.#policy.state === CircuitState.HalfOpen
          made = this.#make(call, terms)
          return this.#watched(made, startMs, terms, isTest)
        })
        .catch(() => undefined)
    try {
      if (made === undefined) {
        const { isEnforced } = this
        this.#series.refused(isEnforced)
        if (isEnforced) {
          this.#refusingSinceMs ??= startMs
          throw new BreakerOpenError(this.origin)
        }
        made = this.#make(call, terms)
        made.then(
          result => this.#settle(terms.judge.isFailure(result), startMs, terms),
          () => this.#settle(true, startMs, terms),
        )
      }
      return await made
    } finally {
      this.#series.waited((performance.now() - startMs) / 1000)
    }
  }

  /** Makes the call, with the application's own limit. */
  async #make<T>(
    call: (context: GuardedCallContext) => T | PromiseLike<T>,
    { options: { timeoutMs }, signal: own }: CallTerms,
  ): Promise<T> {
    if (timeoutMs === undefined) return call({ signal: own ?? new AbortController().signal })
    const limit = new AbortController()
    const timedOut = Promise.withResolvers<never>()
    using _ = after(timeoutMs, () => {
      const error = new GuardedTimeoutError(this.origin, timeoutMs)
      limit.abort(error)
      timedOut.reject(error)
    })
    using joint = joined(own, limit)
    return await Promise.race([call({ signal: joint.signal }), timedOut.promise])
  }

  /** For the breaker: settles when it is clear whether the service has failed, which may be before the call ends. */
  #watched<T>(made: Promise<T>, startMs: number, terms: CallTerms, isTest: boolean): Promise<void> {
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
      const result = this.#settle(hasFailed, startMs, terms)
      tested(result)
      if (result === 'succeeded') resolve()
      else if (result === 'failed') reject(new CallFailed())
      // The caller gave up. A test that nobody waited for has shown nothing, so the breaker stays open.
      else reject(this.#policy.state === CircuitState.HalfOpen ? new CallFailed() : new Error('aborted'))
    }
    made.then(
      result => end(terms.judge.isFailure(result)),
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

  #settle(hasFailed: boolean, startMs: number, { signal }: CallTerms): 'succeeded' | 'failed' | 'aborted' {
    const result = hasFailed ? (signal?.aborted === true ? 'aborted' : 'failed') : 'succeeded'
    this.#series.ended(result)
    if (result === 'succeeded') this.#usual.record(performance.now() - startMs)
    return result
  }

  #limitMs(): number {
    const { p99 } = this.#usual
    return p99 === undefined ? UNKNOWN_LIMIT_MS : Math.min(MOST_LIMIT_MS, Math.max(LEAST_LIMIT_MS, TIMES_USUAL * p99))
  }
}

/** A signal that is aborted when either is; until it is disposed of. */
function joined(own: AbortSignal | undefined, limit: AbortController): Disposable & { readonly signal: AbortSignal } {
  const nothing = (): void => {}
  if (own === undefined) return { signal: limit.signal, [Symbol.dispose]: nothing }
  try {
    return { signal: AbortSignal.any([own, limit.signal]), [Symbol.dispose]: nothing }
  } catch {
    // A signal of a library, which may live as long as the process.
    const abort = (): void => limit.abort(own.reason)
    own.addEventListener('abort', abort, { once: true })
    if (own.aborted) abort()
    const end = (): void => {
      try {
        own.removeEventListener('abort', abort)
      } catch {
        // A fault of the library, which the result of the call does not depend on.
      }
    }
    return { signal: limit.signal, [Symbol.dispose]: end }
  }
}
