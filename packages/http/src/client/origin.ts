import type { Attributes } from '@opentelemetry/api'
import { attributes, metrics } from '@homeostat/semconv'
import type { CounterSeries, HistogramSeries, LevelSeries, Registry } from '@homeostat/signals'
import { errorType } from '@homeostat/signals'
import type { FailureClass } from './failure-class.ts'
import { failureClassOf, failureClassOfStatus, isFaultOfService } from './failure-class.ts'
import { Health, healthStates } from './health.ts'
import { methodNames } from './request-method.ts'
import { RepeatedRequests } from './repeated-requests.ts'

/** Different durations series of one origin: methods, status codes and types of errors. What comes later shares one. */
const MOST_OUTCOMES = 50
const OTHER = '_OTHER'

/** What tells an origin apart in telemetry. */
export interface OriginName {
  readonly scheme: string
  readonly address: string
  readonly port: number | undefined
}

/** The levels of an origin that its connection pools have now. */
export interface PoolLevels {
  active: number
  idle: number
  limit: number
}

/** The levels of an origin in the pools of undici. */
export interface UndiciLevels {
  active: number
  idle: number
  /** Requests that a pool holds back until a connection is free. No channel publishes them before. */
  queued: number
}

/** One service that the application calls: scheme, host and port, and everything that is counted of it. */
export class Origin {
  readonly name: OriginName
  /** Whether it stands for several services: then nothing is concluded from one request about another. */
  readonly #isShared: boolean
  readonly health: Health = new Health()
  readonly repeated: RepeatedRequests = new RepeatedRequests()
  /** Requests that have begun and not ended. */
  inFlight = 0
  /** Those of them that have no connection yet. */
  pending = 0
  /** What the pools of `node:http` add; counted anew at each collection. */
  readonly agents: PoolLevels = { active: 0, idle: 0, limit: 0 }
  readonly #registry: Registry
  readonly #attributes: Attributes
  /** By method and status code. */
  readonly #answered = new Map<number, HistogramSeries>()
  readonly #failed = new Map<string, HistogramSeries>()
  readonly #classes = new Map<FailureClass, CounterSeries>()
  readonly #connectFailures = new Map<string, HistogramSeries>()
  readonly #queued: HistogramSeries
  readonly #connected: HistogramSeries
  readonly #retries: CounterSeries
  readonly #levels: Readonly<Record<'inFlight' | 'pending' | 'active' | 'idle' | 'limit' | 'slowdown', LevelSeries>>
  readonly #healthLevels: readonly LevelSeries[]

  constructor(registry: Registry, name: OriginName) {
    this.name = name
    this.#isShared = name.scheme === OTHER
    this.#registry = registry
    const own: Attributes = {
      [attributes.serverAddress]: name.address,
      ...(name.port !== undefined && { [attributes.serverPort]: name.port }),
      [attributes.urlScheme]: name.scheme,
    }
    this.#attributes = own
    this.#queued = registry.histogram(metrics.httpClientQueueDuration).with(own)
    this.#connected = registry.histogram(metrics.httpClientConnectDuration).with(own)
    this.#retries = registry.counter(metrics.httpClientRetries).with(own)
    const connections = registry.level(metrics.httpClientOpenConnections)
    this.#levels = {
      inFlight: registry.level(metrics.httpClientActiveRequests).with(own),
      pending: registry.level(metrics.httpClientPendingRequests).with(own),
      active: connections.with({ ...own, [attributes.httpConnectionState]: 'active' }),
      idle: connections.with({ ...own, [attributes.httpConnectionState]: 'idle' }),
      limit: registry.level(metrics.httpClientConnectionLimit).with(own),
      slowdown: registry.level(metrics.httpClientSlowdown).with(own),
    }
    const health = registry.level(metrics.httpClientHealth)
    this.#healthLevels = healthStates.map(state => health.with({ ...own, [attributes.httpHealthState]: state }))
  }

  /** A request has waited for a connection. */
  queued(seconds: number): void {
    this.#queued.record(seconds)
  }

  /** A connection is open. */
  connected(seconds: number): void {
    this.#connected.record(seconds)
  }

  /** A connection could not be opened. */
  connectFailed(seconds: number, error: unknown): void {
    const type = errorType(error)
    let series = this.#connectFailures.get(type)
    if (series === undefined) {
      const isOther = this.#connectFailures.size >= MOST_OUTCOMES
      series = this.#registry
        .histogram(metrics.httpClientConnectDuration)
        .with({ ...this.#attributes, [attributes.errorType]: isOther ? OTHER : type })
      if (!isOther) this.#connectFailures.set(type, series)
    }
    series.record(seconds)
  }

  /** A request was sent that repeats a failed one. */
  retried(): void {
    if (!this.#isShared) this.#retries.add()
  }

  /** A request has its whole answer. */
  answered(method: number, status: number, seconds: number, nowMs: number): void {
    const key = method * 1000 + status
    ;(this.#answered.get(key) ?? this.#bindAnswer(key, method, status)).record(seconds)
    if (status < 400) {
      this.health.succeeded(nowMs)
      return
    }
    this.#countFailure(failureClassOfStatus(status), nowMs)
  }

  /** A request ended without its whole answer. */
  failed(method: number, error: unknown, isTimeout: boolean, seconds: number, nowMs: number): void {
    const type = errorType(error)
    const key = `${method} ${type}`
    ;(this.#failed.get(key) ?? this.#bindFailure(key, method, type)).record(seconds)
    this.#countFailure(isTimeout ? 'timeout' : failureClassOf(error), nowMs)
  }

  /** Writes the levels of now; those of undici are counted elsewhere. */
  observe(nowMs: number, undici: Readonly<UndiciLevels>): void {
    const { inFlight, pending, active, idle, limit, slowdown } = this.#levels
    inFlight.set(this.inFlight + undici.queued)
    pending.set(this.pending + undici.queued)
    active.set(undici.active + this.agents.active)
    idle.set(undici.idle + this.agents.idle)
    if (this.agents.limit > 0) limit.set(this.agents.limit)
    else limit.clear()
    const state = this.#isShared ? undefined : this.health.stateAt(nowMs)
    const ratio = state === undefined ? undefined : this.health.slowdown
    if (ratio === undefined) slowdown.clear()
    else slowdown.set(ratio)
    healthStates.forEach((each, at) => {
      const level = this.#healthLevels[at]!
      if (state === undefined) level.clear()
      else level.set(each === state ? 1 : 0)
    })
  }

  /** How many requests have failed so far, by class. */
  failures(): ReadonlyMap<FailureClass, number> {
    return new Map([...this.#classes].map(([failure, { value }]) => [failure, value]))
  }

  /** Requests that wait for a connection, as of the last collection. */
  get waiting(): number {
    return Math.max(0, this.#levels.pending.value || 0)
  }

  /** Forgets what runs: nobody measures it to its end. */
  restart(): void {
    this.inFlight = 0
    this.pending = 0
    this.health.restart()
  }

  #countFailure(failure: FailureClass, nowMs: number): void {
    let series = this.#classes.get(failure)
    if (series === undefined) {
      series = this.#registry
        .counter(metrics.httpClientFailures)
        .with({ ...this.#attributes, [attributes.httpFailureClass]: failure })
      this.#classes.set(failure, series)
    }
    series.add()
    if (isFaultOfService(failure)) this.health.failed(nowMs)
    // A caller that gave up says nothing about the service; an answer that blames the request is an answer.
    else if (failure === 'client_error') this.health.succeeded(nowMs)
  }

  #bindAnswer(key: number, method: number, status: number): HistogramSeries {
    const isOther = this.#answered.size >= MOST_OUTCOMES
    const series = this.#registry.histogram(metrics.httpClientRequestDuration).with({
      ...this.#attributes,
      [attributes.httpRequestMethod]: isOther ? OTHER : methodNames[method]!,
      ...(!isOther && { [attributes.httpResponseStatusCode]: status }),
      ...(status >= 400 && { [attributes.errorType]: isOther ? OTHER : String(status) }),
    })
    if (!isOther) this.#answered.set(key, series)
    return series
  }

  #bindFailure(key: string, method: number, type: string): HistogramSeries {
    const isOther = this.#failed.size >= MOST_OUTCOMES
    const series = this.#registry.histogram(metrics.httpClientRequestDuration).with({
      ...this.#attributes,
      [attributes.httpRequestMethod]: isOther ? OTHER : methodNames[method]!,
      [attributes.errorType]: isOther ? OTHER : type,
    })
    if (!isOther) this.#failed.set(key, series)
    return series
  }
}
