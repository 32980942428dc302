import type { Origin } from './origin.ts'

/** Kept on the request itself: a lookup in a map would cost more than everything else that is measured. */
export const EXCHANGE: unique symbol = Symbol('homeostat.http.exchange')

/** Exchanges that wait to be used again. */
const MOST_SPARE = 1000

/** One request from its beginning to its end. */
export class Exchange {
  origin: Origin | undefined
  method = 0
  startMs = 0
  /** 0 until the answer begins. */
  status = 0
  isSent = false
  error: unknown = undefined
  /** The exchanges that began it. Requests that outlive a pause of the measuring belong to none that is still counted. */
  owner: Exchanges | undefined
}

/** Begins and ends exchanges. Ended ones are used again, so that a request allocates nothing. */
export class Exchanges {
  readonly #spare: Exchange[] = []

  /** @param path - only compared with paths of failed requests, and never kept */
  begin(origin: Origin, method: number, path: unknown, methodName: unknown, nowMs: number): Exchange {
    const exchange = this.#spare.pop() ?? new Exchange()
    exchange.origin = origin
    exchange.method = method
    exchange.startMs = nowMs
    exchange.owner = this
    origin.inFlight++
    origin.pending++
    if (origin.repeated.isRepeated(methodName, path, nowMs)) origin.retried()
    return exchange
  }

  /** The request has its connection. A request that is sent again, as the first connection failed, counts once. */
  sent(exchange: Exchange, nowMs: number): void {
    const { origin } = exchange
    if (exchange.isSent || origin === undefined || exchange.owner !== this) return
    exchange.isSent = true
    origin.pending--
    origin.health.waiting++
    origin.queued((nowMs - exchange.startMs) / 1000)
  }

  /** The answer has begun. */
  answering(exchange: Exchange, status: unknown, nowMs: number): void {
    if (typeof status !== 'number' || status < 200 || status > 999) return
    if (exchange.origin === undefined || exchange.owner !== this) return
    if (exchange.status === 0) {
      if (exchange.isSent) exchange.origin.health.waiting--
      exchange.origin.health.answered(nowMs - exchange.startMs)
    }
    exchange.status = Math.trunc(status)
  }

  /** The request has its whole answer. */
  succeeded(exchange: Exchange, path: unknown, methodName: unknown, nowMs: number): void {
    const { origin, method, status, startMs, owner } = exchange
    if (origin === undefined || owner !== this) return
    this.#release(exchange, origin)
    origin.answered(method, status, (nowMs - startMs) / 1000, nowMs)
    if (status >= 500 || status === 429 || status === 408) origin.repeated.failed(methodName, path, nowMs)
  }

  /** The request ended without its whole answer. */
  failed(
    exchange: Exchange,
    error: unknown,
    path: unknown,
    methodName: unknown,
    nowMs: number,
    timeoutMs?: number,
  ): void {
    const { origin, method, startMs, owner } = exchange
    if (origin === undefined || owner !== this) return
    this.#release(exchange, origin)
    // An application that destroys a request at its timeout leaves an error of the socket: the timeout is the reason.
    const isTimeout = timeoutMs !== undefined && timeoutMs > 0 && nowMs - startMs >= timeoutMs
    origin.failed(method, error, isTimeout, (nowMs - startMs) / 1000, nowMs)
    origin.repeated.failed(methodName, path, nowMs)
  }

  /** Ends an exchange that has turned out not to be a request with an answer. */
  forget(exchange: Exchange): void {
    if (exchange.origin !== undefined && exchange.owner === this) this.#release(exchange, exchange.origin)
  }

  #release(exchange: Exchange, origin: Origin): void {
    origin.inFlight--
    if (!exchange.isSent) origin.pending--
    else if (exchange.status === 0) origin.health.waiting--
    exchange.origin = undefined
    exchange.status = 0
    exchange.isSent = false
    exchange.error = undefined
    exchange.owner = undefined
    if (this.#spare.length < MOST_SPARE) this.#spare.push(exchange)
  }
}
