import type { Origin } from './origin.ts'

/** Ended requests that wait to be used again. */
const MOST_SPARE = 1000

/** One request of the application to a service, from its beginning to its end. */
export class OutgoingRequest {
  origin: Origin | undefined
  method = 0
  startMs = 0
  /** When it got its connection. */
  sentMs = 0
  /** 0 until the answer begins. */
  status = 0
  isSent = false
  error: unknown = undefined
}

/** A request of undici or `node:http`. What is kept about it is kept on itself: a lookup in a map would cost more than all else that is measured. */
type Keeping = Record<symbol, OutgoingRequest | undefined>

/**
 * Begins and ends requests to services. Ended ones are used again, so that a request allocates nothing. Each follower of the channels has
 * its own, so that two instrumentations of one process do not take requests from each other, and a request that outlives a pause
 * of the measuring is not found by the next one.
 */
export class OutgoingRequests {
  readonly #key = Symbol('homeostat.http.outgoingRequest')
  readonly #spare: OutgoingRequest[] = []

  /** What is kept about a request; undefined for one that nobody has begun here, or that has ended. */
  of(request: object): OutgoingRequest | undefined {
    return (request as Keeping)[this.#key]
  }

  /** {@link of}, for the last time. */
  take(request: object): OutgoingRequest | undefined {
    const outgoing = (request as Keeping)[this.#key]
    if (outgoing !== undefined) (request as Keeping)[this.#key] = undefined
    return outgoing
  }

  /** @param path - only compared with paths of failed requests, and never kept */
  begin(begun: object, origin: Origin, method: number, path: unknown, methodName: unknown, nowMs: number): void {
    const request = this.#spare.pop() ?? new OutgoingRequest()
    ;(begun as Keeping)[this.#key] = request
    request.origin = origin
    request.method = method
    request.startMs = nowMs
    origin.inFlight++
    origin.pending++
    if (origin.repeated.isRepeated(methodName, path, nowMs)) origin.retried()
  }

  /** The request has its connection. A request that is sent again, as the first connection failed, counts once. */
  sent(request: OutgoingRequest, nowMs: number): void {
    const { origin } = request
    if (request.isSent || origin === undefined) return
    request.isSent = true
    request.sentMs = nowMs
    origin.pending--
    origin.health.sent(nowMs)
    origin.queued((nowMs - request.startMs) / 1000)
  }

  /** The answer has begun. */
  answering(request: OutgoingRequest, status: unknown, nowMs: number): void {
    if (typeof status !== 'number' || status < 200 || status > 999) return
    if (request.origin === undefined) return
    if (request.status === 0) {
      if (request.isSent) request.origin.health.awaitedNoLonger()
      // The wait for a connection is not the service's.
      request.origin.health.answered(nowMs - (request.isSent ? request.sentMs : request.startMs), nowMs)
    }
    request.status = Math.trunc(status)
  }

  /** The request has its whole answer. */
  succeeded(request: OutgoingRequest, path: unknown, methodName: unknown, nowMs: number): void {
    const { origin, method, status, startMs } = request
    if (origin === undefined) return
    this.#release(request, origin)
    origin.answered(method, status, (nowMs - startMs) / 1000, nowMs)
    if (status >= 500 || status === 429 || status === 408) origin.repeated.failed(methodName, path, nowMs)
  }

  /** The request ended without its whole answer. */
  failed(
    request: OutgoingRequest,
    error: unknown,
    path: unknown,
    methodName: unknown,
    nowMs: number,
    timeoutMs?: number,
  ): void {
    const { origin, method, startMs } = request
    if (origin === undefined) return
    this.#release(request, origin)
    // An application that destroys a request at its timeout leaves an error of the socket: the timeout is the reason.
    const isTimeout = timeoutMs !== undefined && timeoutMs > 0 && nowMs - startMs >= timeoutMs
    origin.failed(method, error, isTimeout, (nowMs - startMs) / 1000, nowMs)
    origin.repeated.failed(methodName, path, nowMs)
  }

  /** Ends one that has turned out not to be a request with an answer. */
  forget(request: OutgoingRequest): void {
    if (request.origin !== undefined) this.#release(request, request.origin)
  }

  #release(request: OutgoingRequest, origin: Origin): void {
    origin.inFlight--
    if (!request.isSent) origin.pending--
    else if (request.status === 0) origin.health.awaitedNoLonger()
    request.origin = undefined
    request.status = 0
    request.isSent = false
    request.error = undefined
    if (this.#spare.length < MOST_SPARE) this.#spare.push(request)
  }
}
