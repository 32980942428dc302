import type { IncomingMessage } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { Mode } from '@homeostat/optimizer'
import { attributes, metrics } from '@homeostat/semconv'
import { disposeTogether, type CounterSeries, type Registry } from '@homeostat/signals'
import type { Exchange } from '../server/exchange.ts'
import type { ExchangeObserver } from '../server/server-requests.ts'
import type { Priority } from './priority.ts'
import { enforce, type RouteFinder, type Shedding } from './process-shedding.ts'
import { markOf } from './request-marks.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { RouteLoad } from './route-load.ts'
import { RouteLoads } from './route-loads.ts'
import { SHED_DEFAULTS, ShedLaw, type ShedReason } from './shed-law.ts'
import type { SheddingOptions } from './shedding-options.ts'
import { TurnClock } from './turn-clock.ts'

/** Options of {@link Shedder}. */
export interface ShedderOptions extends SheddingOptions {
  readonly registry: Registry
  /** Whether it watches the event loop from the start on, and adapters refuse. @default true */
  readonly isEnabled?: boolean
  /** @default Math.random */
  readonly random?: () => number
}

/** An admitted request, until it has ended. */
class Admission {
  /** The one that has admitted it, and counts it as in flight. */
  readonly shedder: Shedder
  readonly load: RouteLoad | undefined
  heldMs = 0

  constructor(shedder: Shedder, load: RouteLoad | undefined) {
    this.shedder = shedder
    this.load = load
  }
}

const NO_SAMPLE = { completed: 0, durationMs: 0, usualMs: 0, refused: 0 }

/**
 * Refuses requests of this process while it is overloaded: {@link ShedLaw} with a clock, priorities and metrics. It refuses in mode
 * `act` only; else it counts what it would have refused.
 */
export class Shedder implements ExchangeObserver, Shedding, Disposable {
  readonly #registry: Registry
  readonly #law: ShedLaw
  readonly #loads: RouteLoads
  readonly #random: () => number
  readonly #isEnabled: boolean
  readonly #loopTimes = new Map<RouteLoad, CounterSeries>()
  #mode: () => Mode = () => 'advise'
  #clock: TurnClock | undefined
  #observing: Disposable | undefined
  #inFlight = 0
  #sample = { ...NO_SAMPLE }
  #sampledMs = 0
  #present: Admission | undefined
  #presentMs = 0
  #hasAdapter = false
  /** The request that came last in the present turn: the clock was read for it a moment ago. */
  #latest: Exchange | undefined

  constructor({ registry, isEnabled = true, random = Math.random, priorities = {}, ...options }: ShedderOptions) {
    this.#isEnabled = isEnabled
    this.#registry = registry
    this.#random = random
    this.#law = new ShedLaw({ ...SHED_DEFAULTS, ...options })
    this.#loads = new RouteLoads({ priorities })
  }

  follow(): Disposable {
    if (this.#isEnabled) this.start()
    return disposeTogether(this, enforce(this))
  }

  /** Takes the mode from somebody else from now on. @default `advise` */
  govern(mode: () => Mode): void {
    this.#mode = mode
  }

  /** Watches the event loop from now on. Twice does nothing. */
  start(): void {
    if (this.#clock !== undefined) return
    const { faults } = this.#registry
    this.#sampledMs = performance.now()
    this.#clock = new TurnClock((heldMs, nowMs) => {
      try {
        this.#endTurn(heldMs, nowMs)
      } catch (error) {
        faults.report('action', error)
      }
    })
    const active = this.#registry.level(metrics.httpShedActive).with()
    const limit = this.#registry.level(metrics.httpShedLimit).with()
    this.#observing = this.#registry.observe(() => {
      active.set(this.#law.isShedding ? 1 : 0)
      // An infinite limit is left out.
      limit.set(this.#law.inFlightLimit)
    })
  }

  [Symbol.dispose](): void {
    if (this.#clock !== undefined && this.#observing !== undefined)
      disposeTogether(this.#clock, this.#observing)[Symbol.dispose]()
    this.#clock = undefined
    this.#observing = undefined
  }

  /** Whether the process is overloaded now: more work comes than it can serve, and piles up. Starts to watch the loop at the first call. */
  isUnderPressure(): boolean {
    this.start()
    return this.#law.isShedding
  }

  attachAdapter(): void {
    this.#hasAdapter = this.#isEnabled
  }

  started(exchange: Exchange): void {
    if (this.#clock === undefined) return
    this.#latest = exchange
    if (this.#hasAdapter) return
    const nowMs = exchange.startedMs
    this.#law.refusal('exempt', this.#clock.elapsedMs(nowMs), this.#inFlight, nowMs)
  }

  refusal<T>(exchange: Exchange | undefined, source: T, routeOf: RouteFinder<T>): number | undefined {
    const clock = this.#clock
    if (clock === undefined || !this.#isEnabled || exchange === undefined || exchange.admission !== undefined)
      return undefined
    try {
      const nowMs = exchange === this.#latest ? exchange.startedMs : performance.now()
      this.#attribute(nowMs)
      const elapsedMs = clock.elapsedMs(nowMs)
      const load = this.#law.isShedding ? this.#loads.of(exchange.request.method, routeOf(source)) : undefined
      const priority = load === undefined ? 'normal' : this.#priorityOf(load, exchange.request)
      const reason = this.#law.refusal(priority, elapsedMs, this.#inFlight, nowMs)
      if (reason !== undefined) {
        if (this.#count(reason, priority, load)) {
          if (reason === 'in_flight') this.#sample.refused++
          return retryAfterSeconds(nowMs - (this.#law.sinceMs ?? nowMs), this.#random())
        }
        this.#law.letThrough(reason)
      }
      this.#admit(exchange, load, nowMs)
    } catch (error) {
      this.#registry.faults.report('action', error)
    }
    return undefined
  }

  routeOf(path: string): string | undefined {
    return this.#loads.routeOf(path)
  }

  ended(exchange: Exchange, nowMs: number): void {
    const { admission, request, response, route, startedMs } = exchange
    if (!(admission instanceof Admission) || admission.shedder !== this) return
    this.#inFlight--
    if (admission === this.#present) this.#attribute(nowMs)
    const load = admission.load ?? this.#loads.of(request.method, route)
    if (load.isNextNoted()) load.noteMark(markOf(request.headers) === 'low')
    load.noteLoop(admission.heldMs)
    this.#loopTimeOf(load).add(admission.heldMs / 1000)
    // A client that gave up says nothing about how long the answer takes.
    if (!response.writableFinished) return
    const durationMs = nowMs - startedMs
    this.#sample.completed++
    this.#sample.durationMs += durationMs
    this.#sample.usualMs += load.usual.ms === 0 ? durationMs : load.usual.ms
    load.usual.record(durationMs)
  }

  #admit(exchange: Exchange, load: RouteLoad | undefined, nowMs: number): void {
    // A stream of events stays open by design: it is not work in progress.
    if (isEventStream(exchange.request.rawHeaders)) return
    this.#inFlight++
    const admission = new Admission(this, load)
    exchange.admission = admission
    this.#present = admission
    this.#presentMs = nowMs
  }

  #loopTimeOf(load: RouteLoad): CounterSeries {
    let series = this.#loopTimes.get(load)
    if (series === undefined) {
      const labels = load.route === undefined ? {} : { [attributes.httpRoute]: load.route }
      series = this.#registry.counter(metrics.httpServerLoopTime).with(labels)
      this.#loopTimes.set(load, series)
    }
    return series
  }

  /** What passed since the last request began in this turn is its own time of the loop. */
  #attribute(nowMs: number): void {
    if (this.#present === undefined) return
    this.#present.heldMs += nowMs - this.#presentMs
    this.#present = undefined
  }

  #priorityOf(load: RouteLoad, { headers }: IncomingMessage): Priority {
    if (load.given === 'exempt' || load.given === 'high') return load.given
    const mark = markOf(headers)
    if (mark === 'retry') return 'retry'
    return load.given ?? mark ?? load.learned(this.#law.requestMs)
  }

  /** Counts a refusal; false where the mode does not allow it. */
  #count(reason: ShedReason, priority: Priority, load: RouteLoad | undefined): boolean {
    const mayRefuse = this.#mode() === 'act'
    this.#registry
      .counter(metrics.httpShedRequests)
      .with({
        ...(load?.route !== undefined && { [attributes.httpRoute]: load.route }),
        [attributes.httpShedReason]: reason,
        [attributes.httpShedPriority]: priority,
        [attributes.httpShedOutcome]: mayRefuse ? 'refused' : 'let_through',
      })
      .add()
    return mayRefuse
  }

  #endTurn(heldMs: number, nowMs: number): void {
    this.#latest = undefined
    this.#attribute(nowMs)
    this.#law.endTurn(heldMs, nowMs)
    const periodMs = nowMs - this.#sampledMs
    if (periodMs < this.#law.periodMs) return
    this.#sampledMs = nowMs
    this.#law.advance({ periodMs, inFlight: this.#inFlight, ...this.#sample }, nowMs)
    this.#sample = { ...NO_SAMPLE }
    for (const { usual } of this.#loads.all()) usual.advance(periodMs, this.#law.mayLearn)
  }
}

/** As `EventSource` asks for it. Node makes the object of all headers when somebody reads it, and many applications never do. */
function isEventStream(rawHeaders: readonly string[]): boolean {
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at + 1] === 'text/event-stream' && rawHeaders[at]!.toLowerCase() === 'accept') return true
  return false
}
