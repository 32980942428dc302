import { after, nextTurn, within, withoutTracing } from '@homeostat/signals'
import { asOurs } from '../../ours.ts'
import type { RoutableClient, RoutablePool } from './driver-shapes.ts'
import { sessionOf, WHO, type ServerSession } from './server-identity.ts'

/** A row of an answer. */
export type ProbeRow = Readonly<Record<string, unknown>>

/** The server at the other end of a probe. */
export interface ProbedServer {
  /** Changes with the server, and when it restarts. */
  readonly id: string
  readonly system: string
  readonly segmentBytes: bigint
  readonly session: ServerSession
}

/** Options of a probe. */
export interface ProbeOptions {
  readonly pool: RoutablePool
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number
  /** After so long without a question the connection is closed, in milliseconds. @default never */
  readonly idleMs?: number
}

/** Thrown where a server does not answer in time. */
class ProbeTimeoutError extends Error {
  override readonly name = 'ProbeTimeoutError'
  readonly code = 'HOMEOSTAT_PG_PROBE_TIMEOUT'
  constructor(timeoutMs: number) {
    super(`the server has not answered within ${timeoutMs} ms`)
  }
}

/** A connection of our own to a pool's server: it answers also while every connection of the pool is in use. */
export class Probe {
  readonly #options: ProbeOptions
  #client: RoutableClient | undefined
  #server: ProbedServer | undefined
  #isClosed = false
  /** One question at a time. */
  #last: Promise<unknown> = Promise.resolve()
  #asking = 0
  #rest: Disposable | undefined

  constructor(options: ProbeOptions) {
    this.#options = options
  }

  /** The server that this connection leads to; undefined while there is none. */
  get server(): ProbedServer | undefined {
    return this.#server
  }

  /**
   * Asks for one row, over a new connection when there is none.
   *
   * @throws the driver's error; the connection is then closed
   */
  ask(text: string, values: readonly unknown[] = []): Promise<readonly ProbeRow[]> {
    const { idleMs } = this.#options
    this.#asking++
    this.#rest?.[Symbol.dispose]()
    const answer = this.#last.then(() => this.#ask(text, values))
    this.#last = answer
      .catch(() => [])
      .finally(() => {
        if (--this.#asking === 0 && idleMs !== undefined) this.#rest = after(idleMs, () => this.#leave())
      })
    return answer
  }

  async #ask(text: string, values: readonly unknown[]): Promise<readonly ProbeRow[]> {
    try {
      const client = this.#client ?? (await this.#connect())
      return await this.#rows(client, text, values)
    } catch (error) {
      this.drop()
      throw error
    }
  }

  /** Closes the connection; the next question opens another, by a new look-up of its name. */
  drop(): void {
    const client = this.#client
    this.#client = undefined
    this.#server = undefined
    if (client) destroy(client)
  }

  /** Closes the connection as a driver does, so that the server has nothing to report. */
  #leave(): void {
    const client = this.#client
    this.#client = undefined
    this.#server = undefined
    if (!client) return
    void within(
      this.#options.timeoutMs,
      () => client.end(),
      () => undefined,
    )
      .catch(() => {})
      .then(() => destroy(client))
  }

  close(): void {
    this.#isClosed = true
    this.#rest?.[Symbol.dispose]()
    this.drop()
  }

  async #connect(): Promise<RoutableClient> {
    const { pool, timeoutMs } = this.#options
    const client = new pool.Client({
      ...optionsOf(pool),
      application_name: 'homeostat',
      connectionTimeoutMillis: timeoutMs,
      query_timeout: undefined,
      pipeline: false,
      binary: false,
    })
    // A connection that breaks fails the question under way; without a listener it would end the process.
    client.on('error', () => {})
    asOurs(client)
    try {
      await inTime(
        timeoutMs,
        withoutTracing(() => client.connect()),
      )
      client.connection?.stream?.unref?.()
      const [row] = await this.#rows(client, WHO, [])
      this.#server = serverOf(row)
    } catch (error) {
      destroy(client)
      throw error
    }
    if (this.#isClosed) {
      destroy(client)
      throw new Error('the probe is closed')
    }
    this.#client = client
    client.once('end', () => {
      if (this.#client === client) this.drop()
    })
    return client
  }

  async #rows(client: RoutableClient, text: string, values: readonly unknown[]): Promise<readonly ProbeRow[]> {
    const { timeoutMs } = this.#options
    const result = await inTime(
      timeoutMs,
      withoutTracing(() => client.query({ text, values: [...values] }) as Promise<unknown>),
    )
    return (result as { readonly rows: readonly ProbeRow[] }).rows
  }
}

/** A pool hides its password and the key of its certificate from listings of its options, and so from a copy. */
export function optionsOf({ options }: RoutablePool): Record<string, unknown> {
  return { ...options, ...(options['password'] !== undefined && { password: options['password'] }) }
}

/** Closes a client without waiting for a server that may hang. */
export function destroy(client: RoutableClient): void {
  const { stream } = client.connection ?? {}
  if (stream) stream.destroy()
  else void Promise.resolve(client.end()).catch(() => {})
}

/** @throws when the server is not built as expected, or reads strings in the way of before Postgres 9.1 */
function serverOf(row: ProbeRow | undefined): ProbedServer {
  if (row?.['is_standard'] !== true) throw new Error('standard_conforming_strings is off')
  const segment = row['segment']
  return {
    id: String(row['id']),
    system: String(row['system']),
    segmentBytes: typeof segment === 'string' ? BigInt(segment) : 16_777_216n,
    session: sessionOf(row),
  }
}

/**
 * Waits for an answer. When the loop was blocked for longer than the limit, the answer may have arrived and not been read: it gets
 * its turn before the server is held to be away.
 */
function inTime<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = after(timeoutMs, async () => {
      await nextTurn()
      await nextTurn()
      reject(new ProbeTimeoutError(timeoutMs))
    })
    answer.then(resolve, reject).finally(() => timer[Symbol.dispose]())
  })
}
