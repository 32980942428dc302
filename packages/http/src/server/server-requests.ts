import { attributes, metrics } from '@homeostat/semconv'
import { disposeTogether, type LevelSeries, type Registry } from '@homeostat/signals'
import { Answers, methodIndex, METHODS, schemeIndex, SCHEMES } from './answers.ts'
import type { Exchange } from './exchange.ts'
import type { ExchangeListener } from './exchanges.ts'
import { followExchanges } from './exchanges.ts'
import { followHttp2Exchanges } from './http2-exchanges.ts'
import { followRoutes } from './routes/follow-routes.ts'
import { routeOfExchange } from './routes/route-name.ts'

/** Options of {@link ServerRequests}. */
export interface ServerRequestsOptions {
  readonly registry: Registry
  /** Most routes with series of their own. */
  readonly maxRoutes: number
}

/** Who else wants to know about exchanges, e.g. load shedding. The route is known by their end as far as it ever will be. */
export interface ExchangeObserver {
  /** Called when the exchanges are followed from now on, until what it returns is disposed of. */
  follow(): Disposable
  started(exchange: Exchange): void
  ended(exchange: Exchange, nowMs: number): void
}

/** The requests that this process serves: durations by route, how many are in flight, bytes sent. */
export class ServerRequests implements ExchangeListener {
  readonly #registry: Registry
  readonly #answers: Answers
  readonly #inFlight = new Int32Array(METHODS.length * SCHEMES.length)
  readonly #levels: (LevelSeries | undefined)[] = []
  readonly #report: (error: unknown) => void
  /** Also hears of the end of each exchange. */
  observer: ExchangeObserver | undefined

  constructor({ registry, maxRoutes }: ServerRequestsOptions) {
    this.#registry = registry
    this.#answers = new Answers(registry, maxRoutes)
    this.#report = error => registry.faults.report('signal', error)
  }

  /** Follows all servers of this process until it is disposed of. */
  follow(): Disposable {
    this.#inFlight.fill(0)
    return disposeTogether(
      followRoutes(this.#report),
      followExchanges(this, this.#report),
      followHttp2Exchanges(this, this.#report),
      this.#registry.observe(() => this.#observeInFlight()),
      ...(this.observer === undefined ? [] : [this.observer.follow()]),
    )
  }

  started(exchange: Exchange): void {
    const { method, socket } = exchange.request
    const index = methodIndex(method) * 2 + schemeIndex(socket)
    this.#inFlight[index]!++
    this.#levels[index] ??= this.#levelOf(index)
    this.observer?.started(exchange)
  }

  ended(exchange: Exchange, nowMs: number): void {
    const { method, socket } = exchange.request
    this.#inFlight[methodIndex(method) * 2 + schemeIndex(socket)]!--
    exchange.route ??= routeOfExchange(exchange, exchange.request)
    this.#answers.record(exchange, exchange.route, nowMs)
    this.observer?.ended(exchange, nowMs)
  }

  #observeInFlight(): void {
    for (const [index, level] of this.#levels.entries()) level?.set(this.#inFlight[index]!)
  }

  #levelOf(index: number): LevelSeries {
    return this.#registry.level(metrics.httpServerActive).with({
      [attributes.httpRequestMethod]: METHODS[index >> 1]!,
      [attributes.urlScheme]: SCHEMES[(index & 1) as 0 | 1],
    })
  }
}
