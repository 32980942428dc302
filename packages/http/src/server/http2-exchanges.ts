import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { performance } from 'node:perf_hooks'
import { Exchange, exchangeOf } from './exchange.ts'
import type { ExchangeListener } from './exchanges.ts'

const STARTED = 'http2.server.stream.start'
const CLOSED = 'http2.server.stream.close'
/** RFC 9113, section 7. */
const NO_ERROR = 0

interface StreamMessage {
  readonly stream: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
}

/** Where the connection of a session is kept. */
const CONNECTION: unique symbol = Symbol('homeostat.http.connection')

/** A connection of HTTP/2, which all its streams share, in the shape of a socket. It can be read when it is gone. */
class ConnectionView {
  readonly encrypted: boolean
  readonly #session: ServerHttp2Session
  #bytesWritten = 0

  private constructor(session: ServerHttp2Session) {
    this.#session = session
    this.encrypted = session.encrypted === true
  }

  static of(session: ServerHttp2Session & { [CONNECTION]?: ConnectionView }): ConnectionView {
    return (session[CONNECTION] ??= new ConnectionView(session))
  }

  get bytesWritten(): number {
    // Node's own stand-in for the socket throws once the session has ended.
    if (!this.#session.destroyed) this.#bytesWritten = this.#session.socket.bytesWritten
    return this.#bytesWritten
  }
}

/**
 * One stream of HTTP/2 in the shape of a request and a response of `node:http`, as far as exchanges are read: what is measured of a request does
 * not depend on the version of HTTP.
 */
class StreamView {
  readonly #stream: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
  readonly socket: ConnectionView | undefined

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream
    this.headers = headers
    this.socket = stream.session && ConnectionView.of(stream.session as ServerHttp2Session)
  }

  get method(): string | undefined {
    return this.headers[':method'] as string | undefined
  }

  get rawHeaders(): readonly string[] {
    const { accept } = this.headers
    return accept === undefined ? [] : ['accept', accept]
  }

  get headersSent(): boolean {
    return this.#stream.headersSent
  }

  get statusCode(): number {
    return Number(this.#stream.sentHeaders?.[':status'] ?? 0)
  }

  get writableFinished(): boolean {
    return this.#stream.writableFinished && this.#stream.rstCode === NO_ERROR
  }

  /** As HTTP/1 would have sent them. */
  get _header(): string {
    const { 'content-type': type = '', 'content-encoding': coding = 'identity' } = this.#stream.sentHeaders ?? {}
    return `\r\ncontent-type: ${type}\r\ncontent-encoding: ${coding}\r\n`
  }
}

/**
 * Follows the requests to all HTTP/2 servers of this process, through the diagnostics channels that Node has since 22.17 and 24.2. Requests of
 * HTTP/1 that such a server takes as well come through the channels of `node:http`.
 *
 * @param report - takes what our own code throws; the server never does
 */
export function followHttp2Exchanges(listener: ExchangeListener, report: (error: unknown) => void): Disposable {
  /** On streams whose begin this follower has observed. */
  const followed = Symbol('homeostat.http.followed')

  const contained = (handle: (message: StreamMessage) => void) => (message: unknown) => {
    try {
      handle(message as StreamMessage)
    } catch (error) {
      report(error)
    }
  }
  const onStarted = contained(({ stream, headers }) => {
    const view = new StreamView(stream, headers)
    const request = view as unknown as IncomingMessage
    listener.started(new Exchange(request, view as unknown as ServerResponse, performance.now(), stream))
    ;(stream as { [followed]?: true })[followed] = true
  })
  const onClosed = contained(({ stream }) => {
    if ((stream as { [followed]?: true })[followed] !== true) return
    const exchange = exchangeOf(stream)
    if (exchange !== undefined) listener.ended(exchange, performance.now())
  })
  subscribe(STARTED, onStarted)
  subscribe(CLOSED, onClosed)
  return {
    [Symbol.dispose]: () => {
      unsubscribe(STARTED, onStarted)
      unsubscribe(CLOSED, onClosed)
    },
  }
}
