import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type PeerCertificate } from 'node:tls'
import { after } from '@homeostat/signals'
import { RedisTroubleError, type Trouble } from '../../redis/redis-trouble.ts'
import { ReplyReader, type Reply } from './reply-reader.ts'
import type { Address, TlsDescription } from './server-description.ts'

/** Idle connections are dropped on the way, and a dead server does not say so. */
const KEEP_ALIVE_MS = 10_000

/** The server to connect to, and the user to connect as. */
export interface Endpoint {
  readonly address: Address
  readonly family?: number | undefined
  readonly tls?: TlsDescription | undefined
  readonly acceptedCertificates?: readonly string[] | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly db?: number | undefined
  /** The longest that connecting, and each command of signing in, may take, in milliseconds. */
  readonly timeoutMs: number
  readonly onClosed: () => void
}

/** The name of the connection in `CLIENT LIST`. */
const CLIENT_NAME = 'homeostat-stall-guard'

interface Waiting {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
  readonly timer: Disposable
}

/**
 * A connection to one server. It is not a client library's, because the thread has to work in a bundle, where there is no library to
 * load, and beside every version of one. Commands are answered in their order; one that takes too long ends the connection.
 */
export class RedisConnection {
  readonly #socket: Socket
  readonly #reader = new ReplyReader()
  readonly #waiting: Waiting[] = []
  readonly #onClosed: () => void
  #error: unknown
  #isClosed = false

  private constructor(socket: Socket, onClosed: () => void) {
    this.#socket = socket
    this.#onClosed = onClosed
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    socket.on('data', (bytes: Buffer) => this.#receive(bytes))
    socket.on('error', error => (this.#error ??= error))
    socket.on('close', () => this.#closed())
  }

  /** Connects and signs in. */
  static async open(options: Endpoint): Promise<RedisConnection> {
    const socket = await connected(options)
    const connection = new RedisConnection(socket, options.onClosed)
    try {
      await connection.#signIn(options)
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }

  /** @throws RedisTroubleError, RedirectionError, or what the socket reports */
  async send(command: readonly string[], timeoutMs: number): Promise<Reply> {
    if (this.#isClosed) throw this.#error ?? new RedisTroubleError('unreachable')
    const reply = await new Promise<Reply>((resolve, reject) => {
      const timer = after(timeoutMs, () => this.close(new RedisTroubleError('slow')))
      this.#waiting.push({ resolve, reject, timer })
      this.#socket.write(encoded(command))
    })
    if (reply instanceof Error) throw reply
    return reply
  }

  close(error?: unknown): void {
    this.#error ??= error
    this.#socket.destroy()
    this.#closed()
  }

  async #signIn({ username, password, db, timeoutMs }: Endpoint): Promise<void> {
    if (password !== undefined && password !== '')
      await this.#tolerate(['AUTH', ...(username ? [username] : []), password], ['refused'], timeoutMs)
    // For CLIENT LIST; not everybody may set it.
    await this.#tolerate(['CLIENT', 'SETNAME', CLIENT_NAME], ['refused', 'permission'], timeoutMs)
    if (db !== undefined && db !== 0) await this.send(['SELECT', String(db)], timeoutMs)
  }

  /**
   * Goes on after these troubles. A server without a password refuses one, of which a client library only warns; whether it lets us
   * in, the next command shows.
   */
  async #tolerate(command: readonly string[], tolerated: readonly Trouble[], timeoutMs: number): Promise<void> {
    try {
      await this.send(command, timeoutMs)
    } catch (error) {
      if (!(error instanceof RedisTroubleError) || !tolerated.includes(error.trouble)) throw error
    }
  }

  #receive(bytes: Buffer): void {
    try {
      for (const reply of this.#reader.push(bytes)) {
        const waiting = this.#waiting.shift()
        if (waiting === undefined) throw new RedisTroubleError('refused')
        waiting.timer[Symbol.dispose]()
        waiting.resolve(reply)
      }
    } catch (error) {
      this.close(error)
    }
  }

  #closed(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const error = this.#error ?? new RedisTroubleError('unreachable', 'ECONNRESET')
    for (const { reject, timer } of this.#waiting.splice(0)) {
      timer[Symbol.dispose]()
      reject(error)
    }
    this.#onClosed()
  }
}

async function connected({ address, family, tls, acceptedCertificates, timeoutMs }: Endpoint): Promise<Socket> {
  const where = 'path' in address ? address : { ...address, ...(family !== undefined && { family }) }
  // As ioredis does it: what the options of TLS say about the host is stronger.
  const socket = tls ? connectTls({ ...where, ...tls, ...identityCheck(acceptedCertificates) }) : connectTcp(where)
  return new Promise((resolve, reject) => {
    const timer = after(timeoutMs, () => fail(new RedisTroubleError('unreachable', 'ETIMEDOUT')))
    const fail = (error: unknown): void => {
      timer[Symbol.dispose]()
      socket.destroy()
      reject(error)
    }
    socket.once('error', fail)
    socket.once('close', () => fail(new RedisTroubleError('unreachable', 'ECONNRESET')))
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      timer[Symbol.dispose]()
      socket.removeAllListeners('close')
      socket.removeListener('error', fail)
      resolve(socket)
    })
  })
}

/** In place of the application's own check, which is a function and cannot be sent here: the same certificate as it has accepted. */
function identityCheck(accepted: readonly string[] | undefined): object {
  if (accepted === undefined) return {}
  return {
    checkServerIdentity: (_host: string, { fingerprint256 }: PeerCertificate) =>
      accepted.includes(fingerprint256) ? undefined : new RedisTroubleError('unreachable', 'CERT_NOT_ACCEPTED'),
  }
}

function encoded(command: readonly string[]): string {
  return `*${command.length}\r\n${command.map(part => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`
}
