import { EventEmitter } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkedOptions, type ConsoleOptions } from './console-options.ts'
import { Answers } from './server/answers.ts'
import type { ShownHomeostat } from './shown-homeostat.ts'

/** Connections at the same time: a page keeps one open and makes others now and then. */
const MOST_CONNECTIONS = 64
const LONGEST_HEADERS = 16_384
const HEADERS_TIMEOUT_MS = 10_000

/** The domain `http` of Homeostat leaves out the requests to a server with this mark. */
const UNMEASURED = Symbol.for('homeostat.unmeasured')

/** Options of {@link openConsole}. */
export interface OpenConsoleOptions extends ConsoleOptions {
  /** Takes what failed while somebody looked, in one line. @default nothing is called */
  readonly onFault?: (text: string) => void
}

/** A console that answers. */
export class Console implements AsyncDisposable {
  /** Where to look, e.g. `http://127.0.0.1:4663`. */
  readonly address: string
  /** The line for the log: the address, and why it is another one than was asked for. */
  readonly line: string
  readonly #server: Server
  readonly #answers: Answers

  /** @internal */
  constructor(server: Server, answers: Answers, takenPort: number | undefined) {
    this.#server = server
    this.#answers = answers
    const { address, family, port } = server.address() as AddressInfo
    this.address = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
    this.line = `console: ${this.address}${takenPort === undefined ? '' : ` (port ${takenPort} is taken)`}`
  }

  /** Pages that look now. While there are none, the console does nothing. */
  get viewers(): number {
    return this.#answers.viewers
  }

  /** Whether it follows the loop, which it does while somebody looks. */
  get isFollowing(): boolean {
    return this.#answers.isFollowing
  }

  /** Ends all connections and frees the port. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#answers[Symbol.dispose]()
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }
}

/**
 * Opens the console of a Homeostat: one page, on 127.0.0.1 unless told otherwise. `homeostat({ console: true })` calls it. It never keeps
 * the process alive, and works only while somebody looks.
 *
 * @throws ConsoleOptionError, ConsoleTokenError, or the error of a port or address that cannot be used
 * @example
 * ```ts
 * const h = homeostat({ autoStart: false })
 * await using page = await openConsole(h, { port: 0 })
 * console.log(page.address)
 * ```
 */
export async function openConsole(homeostat: ShownHomeostat, options: OpenConsoleOptions = {}): Promise<Console> {
  const { port, host, token } = checkedOptions(options)
  const answers = new Answers(homeostat, token, options.onFault ?? (() => undefined))
  const server = createServer({ maxHeaderSize: LONGEST_HEADERS, headersTimeout: HEADERS_TIMEOUT_MS }, answers.answer)
  Object.assign(server, { [UNMEASURED]: true })
  // Instrumentations patch `Server.prototype.emit`: the requests to this page are not those of the application.
  server.emit = (event: string | symbol, ...args: unknown[]) => EventEmitter.prototype.emit.call(server, event, ...args)
  server.maxConnections = MOST_CONNECTIONS
  // A stream of events has no end; each of its writes is small.
  server.requestTimeout = HEADERS_TIMEOUT_MS
  server.unref()
  server.on('connection', socket => socket.unref())
  const isElsewhere = !(await isListening(server, port, host))
  if (isElsewhere) await listen(server, 0, host)
  server.on('error', () => undefined)
  return new Console(server, answers, isElsewhere ? port : undefined)
}

/** False where somebody else has the port. */
async function isListening(server: Server, port: number, host: string): Promise<boolean> {
  try {
    await listen(server, port, host)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // Exclusive, or the workers of a cluster would share the port, and a page would be about any of them.
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
