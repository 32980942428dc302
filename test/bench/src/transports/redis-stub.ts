import { Duplex } from 'node:stream'

const ENTRY = '$5\r\nvalue\r\n'

/** Distinct chunks whose reply is remembered; a workload of the bench sends a few hundred. */
const MAX_KNOWN = 10_000

/**
 * A connection to a Redis that answers in the same process: on the event loop's next turn, with one chunk for all
 * commands that came in this one. Keys that begin with `absent` are not there, every other key holds `value`.
 * Commands must be ASCII and come whole.
 */
export class RedisStub extends Duplex {
  /** How this protocol version says that there is nothing; RESP3 once HELLO came. */
  #nil = '$-1\r\n'
  #replies = ''
  // The stub's own work is in every variant; the less it is, the less it hides.
  readonly #known = new Map<string, string>()
  readonly #flush = (): void => {
    const replies = this.#replies
    this.#replies = ''
    this.push(replies, 'latin1')
  }

  /** What ioredis asks of a socket beside a stream. */
  readonly connecting = false
  setNoDelay(): void {}
  setKeepAlive(): void {}
  setTimeout(): void {}

  override _read(): void {}

  /** Instead of `_write`: the buffering of a stream is not what is measured. */
  override write(chunk: string | Buffer): boolean {
    if (this.#replies === '') setImmediate(this.#flush)
    const commands = typeof chunk === 'string' ? chunk : chunk.toString('latin1')
    let replies = this.#known.get(commands)
    if (replies === undefined) {
      replies = this.#answerAll(commands)
      if (this.#known.size < MAX_KNOWN) this.#known.set(commands, replies)
    }
    this.#replies += replies
    return true
  }

  #answerAll(commands: string): string {
    let replies = ''
    for (let at = 0; at < commands.length;) {
      const { args, end } = parseCommand(commands, at)
      replies += this.#answer(args)
      at = end
    }
    return replies
  }

  #answer([name = '', ...keys]: readonly string[]): string {
    const value = (key = ''): string => (key.startsWith('absent') ? this.#nil : ENTRY)
    switch (name) {
      case 'get':
        return value(keys[0])
      case 'mget':
        return `*${keys.length}\r\n${keys.map(value).join('')}`
      case 'hello':
        this.#nil = '_\r\n'
        return '%1\r\n+server\r\n+stub\r\n'
      default:
        return '+OK\r\n'
    }
  }
}

/** The command that begins at `at`: `*2\r\n$3\r\nget\r\n$1\r\na\r\n`. */
function parseCommand(text: string, at: number): { args: string[]; end: number } {
  let next = text.indexOf('\r\n', at) + 2
  const count = Number(text.slice(at + 1, next - 2))
  const args = Array.from({ length: count }, () => {
    const begin = text.indexOf('\r\n', next) + 2
    const end = begin + Number(text.slice(next + 1, begin - 2))
    next = end + 2
    return text.slice(begin, end)
  })
  return { args, end: next }
}

/** For ioredis' `Connector` option. */
export class RedisStubConnector {
  #stream: RedisStub | undefined

  check(): boolean {
    return true
  }

  async connect(): Promise<RedisStub> {
    return (this.#stream = new RedisStub())
  }

  disconnect(): void {
    this.#stream?.destroy()
  }
}
