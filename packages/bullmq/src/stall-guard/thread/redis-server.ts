import { RedisConnection } from './redis-connection.ts'
import { RedirectionError, RedisTroubleError } from '../../redis/redis-trouble.ts'
import type { Reply } from './reply-reader.ts'
import type { Address, ServerDescription } from './server-description.ts'
import { nameOf } from './server-description.ts'

/** A slot that is being moved redirects twice; more is a circle. */
const MOST_REDIRECTIONS = 5

/** Which server of a Redis serves a queue; unknown at first, and again when it does not. */
export interface Home {
  address?: Address | undefined
}

/** A Redis: one server, the master that sentinels name, or the nodes of a cluster. Connections are opened when they are needed. */
export class RedisServer {
  readonly #description: ServerDescription
  readonly #onClosed: () => void
  readonly #connections = new Map<string, Promise<RedisConnection>>()
  /** Which address is tried next. */
  #turn = 0
  #isClosed = false

  /** @param onClosed - called when a connection has ended */
  constructor(description: ServerDescription, onClosed: () => void) {
    this.#description = description
    this.#onClosed = onClosed
  }

  /**
   * Runs a command of a queue where it is served.
   *
   * @throws RedisTroubleError, or what the socket reports
   */
  async run(home: Home, command: readonly string[], timeoutMs: number): Promise<Reply> {
    let isAsking = false
    let address = home.address
    for (let redirections = 0; ; redirections++) {
      address ??= await this.#find(timeoutMs)
      try {
        const connection = await this.#connectionTo(address, timeoutMs)
        if (isAsking) await connection.send(['ASKING'], timeoutMs)
        const reply = await connection.send(command, timeoutMs)
        if (!isAsking) home.address = address
        return reply
      } catch (error) {
        if (error instanceof RedirectionError && redirections < MOST_REDIRECTIONS) {
          isAsking = error.isOnce
          address = this.#reported(error.to, address)
          continue
        }
        home.address = undefined
        // A former master stays reachable, and is one that takes no writes.
        if (error instanceof RedisTroubleError && error.trouble === 'read-only') await this.#drop(address)
        throw error
      }
    }
  }

  close(): void {
    this.#isClosed = true
    for (const connection of this.#connections.values())
      void connection.then(
        open => open.close(),
        () => {},
      )
    this.#connections.clear()
  }

  async #find(timeoutMs: number): Promise<Address> {
    if (this.#description.kind === 'sentinel') return this.#askSentinels(timeoutMs)
    return this.#nextAddress()
  }

  #nextAddress(): Address {
    const { addresses } = this.#description
    const address = addresses[this.#turn++ % addresses.length]
    if (address === undefined) throw new RedisTroubleError('unreachable')
    return address
  }

  /** https://redis.io/docs/latest/develop/reference/sentinel-clients/ */
  async #askSentinels(timeoutMs: number): Promise<Address> {
    const { addresses, masterName = '', family, sentinelTls, sentinelUsername, sentinelPassword } = this.#description
    let last: unknown
    for (let tried = 0; tried < addresses.length; tried++) {
      const address = this.#nextAddress()
      try {
        const sentinel = await RedisConnection.open({
          address,
          family,
          tls: sentinelTls,
          username: sentinelUsername,
          password: sentinelPassword,
          timeoutMs,
          onClosed: () => {},
        })
        try {
          const reply = await sentinel.send(['SENTINEL', 'get-master-addr-by-name', masterName], timeoutMs)
          if (Array.isArray(reply)) return this.#reported(`${String(reply[0])}:${String(reply[1])}`, address)
          last = new RedisTroubleError('unready')
        } finally {
          sentinel.close()
        }
      } catch (error) {
        last = error
      }
    }
    throw last ?? new RedisTroubleError('unreachable')
  }

  /** An address as sentinels and nodes write it. Without a host it is the host that answered. */
  #reported(text: string, from: Address): Address {
    const mapped = this.#description.natMap?.[text]
    if (mapped) return mapped
    const at = text.lastIndexOf(':')
    const host = text.slice(0, at).replace(/^\[(.*)\]$/, '$1') || ('path' in from ? '127.0.0.1' : from.host)
    return { host, port: Number(text.slice(at + 1)) }
  }

  #connectionTo(address: Address, timeoutMs: number): Promise<RedisConnection> {
    const name = nameOf(address)
    const known = this.#connections.get(name)
    if (known !== undefined) return known
    const forget = (): void => {
      // Another one may be in its place by now.
      if (this.#connections.get(name) === connection) this.#connections.delete(name)
    }
    const connection = this.#open(address, timeoutMs, () => {
      forget()
      if (!this.#isClosed) this.#onClosed()
    })
    this.#connections.set(name, connection)
    connection.catch(forget)
    return connection
  }

  #open(address: Address, timeoutMs: number, onClosed: () => void): Promise<RedisConnection> {
    const { kind, db, family, tls, acceptedCertificates, username, password } = this.#description
    return RedisConnection.open({
      address,
      family,
      tls,
      acceptedCertificates,
      username,
      password,
      db: kind === 'cluster' ? undefined : db,
      timeoutMs,
      onClosed,
    })
  }

  async #drop(address: Address): Promise<void> {
    const connection = this.#connections.get(nameOf(address))
    this.#connections.delete(nameOf(address))
    await connection?.then(
      open => open.close(),
      () => {},
    )
  }
}
