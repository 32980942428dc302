import { Duplex } from 'node:stream'

/** Types of the messages of a client, see "Message Formats" in Postgres' manual. */
const QUERY = 0x51
const SYNC = 0x53
const TERMINATE = 0x58

const CONNECTED = Buffer.concat([message('R', int32(0)), message('Z', Buffer.from('I'))])

/** One row of an integer and a text, as every query gets. */
const ROWS = Buffer.concat([
  message('T', Buffer.concat([int16(2), column('id', 23, 4), column('name', 25, -1)])),
  message('D', Buffer.concat([int16(2), field('42'), field('a name of some length')])),
  message('C', Buffer.from('SELECT 1\0')),
  message('Z', Buffer.from('I')),
])
/** Parse and bind are complete, then the same. */
const EXTENDED = Buffer.concat([message('1'), message('2'), ROWS])

/**
 * A connection to a Postgres that answers in the same process, on the event loop's next turn, and lets everybody in.
 * It knows simple queries and parse-bind-describe-execute-sync, and every message must come whole.
 */
export class PostgresStub extends Duplex {
  #isStarted = false

  /** What pg asks of a socket beside a stream. */
  connect(): this {
    setImmediate(() => this.emit('connect'))
    return this
  }
  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {}
  unref(): void {}

  override _read(): void {}

  /** Instead of `_write`: the buffering of a stream is not what is measured. */
  override write(chunk: Buffer): boolean {
    this.#receive(chunk)
    return true
  }

  #receive(chunk: Buffer): void {
    if (!this.#isStarted) {
      // The first message alone has no type.
      this.#isStarted = true
      setImmediate(() => this.push(CONNECTED))
      return
    }
    for (let at = 0; at < chunk.length; at += 1 + chunk.readInt32BE(at + 1)) this.#answer(chunk[at]!)
  }

  #answer(type: number): void {
    if (type === QUERY) setImmediate(() => this.push(ROWS))
    else if (type === SYNC) setImmediate(() => this.push(EXTENDED))
    else if (type === TERMINATE) this.push(null)
  }
}

function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

function column(name: string, typeId: number, size: number): Buffer {
  return Buffer.concat([Buffer.from(`${name}\0`), int32(0), int16(0), int32(typeId), int16(size), int32(-1), int16(0)])
}

function field(text: string): Buffer {
  return Buffer.concat([int32(text.length), Buffer.from(text)])
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeInt16BE(value)
  return buffer
}
