import { Duplex } from 'node:stream'

const ANSWER = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 26\r\nconnection: keep-alive\r\n\r\n{"id":42,"name":"a thing"}',
)

/** A connection to an HTTP server that answers in the same process, on the event loop's next turn. Each request must come whole. */
export class HttpStub extends Duplex {
  /** What undici asks of a socket beside a stream. */
  readonly alpnProtocol = 'http/1.1'
  setNoDelay(): void {}
  setKeepAlive(): void {}
  setTimeout(): void {}
  ref(): void {}
  unref(): void {}

  override _read(): void {}

  /** Instead of `_write`: the buffering of a stream is not what is measured. */
  override write(): boolean {
    setImmediate(() => this.push(ANSWER))
    return true
  }
}
