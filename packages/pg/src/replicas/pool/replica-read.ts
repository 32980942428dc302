import { performance } from 'node:perf_hooks'
import { parseLsn } from '../positions/lsn.ts'
import type { Callback, RoutableClient } from './driver-shapes.ts'
import { destroy } from './probe.ts'
import { culpritOf, isPoolBusy, isWriteRefused } from './read-failure.ts'
import type { Replica, ServerLife } from './replica.ts'
import { WHO } from './server-identity.ts'

/** What a read reports. */
export interface ReadOutcome {
  /** The replica has answered, with rows or with an error of the statement's own. */
  answered(error: Error | undefined, result: unknown): void
  /** The replica has not: ask the primary. Its answer decides whose the error is; undefined where the replica has not answered. */
  failed(error?: unknown): void
}

/** One statement on one replica. It ends once: with the replica's answer, or without one. */
export class ReplicaRead {
  readonly #replica: Replica
  readonly #config: unknown
  readonly #values: unknown
  readonly #outcome: ReadOutcome
  /** The life of the server for which the replica was chosen: another one may show less. */
  readonly #life: ServerLife
  readonly startedAt: number = performance.now()
  #sentAt = Number.NaN
  #client: RoutableClient | undefined
  #release: ((error?: Error | boolean) => void) | undefined
  #isOver = false
  readonly #onError = (): void => this.#serverFailed()

  constructor(replica: Replica, life: ServerLife, config: unknown, values: unknown, outcome: ReadOutcome) {
    this.#replica = replica
    this.#life = life
    this.#config = config
    this.#values = values
    this.#outcome = outcome
  }

  start(): void {
    const { pool, breaker, reads } = this.#replica
    reads.add(this)
    breaker.started()
    try {
      pool.connect((error, client, release) => {
        if (this.#isOver) {
          release?.()
          return
        }
        if (isWriteRefused(error)) this.#replica.unfit()
        if (isPoolBusy(error)) return this.abandon()
        if (error || !client) return this.#serverFailed()
        this.#client = client
        this.#release = release
        client.once('error', this.#onError)
        const isOfThisLife = this.#replica.leadsTo(client, this.#life)
        if (isOfThisLife === true) this.#run(client)
        else if (isOfThisLife === undefined) this.#identify(client)
        else this.#leadsElsewhere()
      })
    } catch {
      this.#serverFailed()
    }
  }

  get isSent(): boolean {
    return this.#sentAt >= 0
  }

  get isConnected(): boolean {
    return this.#client !== undefined
  }

  get received(): number | undefined {
    return this.#client?.connection.stream?.bytesRead
  }

  get backend(): number | undefined {
    const pid = this.isSent ? this.#client?.processID : undefined
    return typeof pid === 'number' ? pid : undefined
  }

  /** What is left of the time that the application lets a statement take, in milliseconds; undefined without a limit. */
  get leftMs(): number | undefined {
    const own: unknown = (this.#config as { readonly query_timeout?: unknown }).query_timeout
    const limitMs = Number(own || this.#client?.connectionParameters?.query_timeout)
    if (!(limitMs > 0) || !this.isSent) return undefined
    return Math.max(1, limitMs - (performance.now() - this.#sentAt))
  }

  /** The server does not answer: the primary is asked, and the connection is given up. */
  abandon(): void {
    if (this.#isOver) return
    this.#replica.breaker.undecided()
    this.#end(true)
    this.#outcome.failed()
  }

  /** The first statement of a new connection: where does it lead, and does it show as much as is known of that server? */
  #identify(client: RoutableClient): void {
    const callback: Callback = (error, result) => {
      if (this.#isOver) return
      const row = (result as { readonly rows?: readonly Readonly<Record<string, unknown>>[] } | undefined)?.rows?.[0]
      if (error || row === undefined) return this.#serverFailed()
      this.#replica.identified(client, row['is_standard'] === true ? String(row['id']) : '')
      const replayed = parseLsn(row['replayed'])
      const isBehind = replayed === undefined || replayed < this.#life.position
      if (isBehind || this.#replica.leadsTo(client, this.#life) !== true) this.#leadsElsewhere()
      else this.#run(client)
    }
    this.#send(client, [WHO, callback], () => this.#serverFailed())
  }

  #run(client: RoutableClient): void {
    const callback: Callback = (error, result) => {
      if (this.#isOver) return
      const culprit = error ? culpritOf(error, client) : 'statement'
      if (culprit === 'server') return this.#serverFailed()
      if (culprit === 'unclear') return this.#doubt(error!)
      this.#replica.breaker.succeeded()
      this.#end(error ?? false)
      this.#outcome.answered(error ?? undefined, result)
    }
    this.#sentAt = performance.now()
    this.#send(client, [this.#config, this.#values, callback], callback)
  }

  #send(client: RoutableClient, args: unknown[], thrown: (error: Error) => void): void {
    try {
      this.#replica.send(client, args)
    } catch (error) {
      thrown(error as Error)
    }
  }

  /** The address leads to another server, or to one that has restarted, and nobody knows yet what it shows. */
  #leadsElsewhere(): void {
    this.#replica.strayed()
    this.#replica.breaker.succeeded()
    this.#end(true)
    this.#outcome.failed()
  }

  /** The server answers; whether the statement or the replica is wrong, the primary's answer will say. */
  #doubt(error: Error): void {
    this.#replica.breaker.undecided()
    this.#end(error)
    this.#outcome.failed(error)
  }

  #serverFailed(): void {
    if (this.#isOver) return
    const isOpened = this.#replica.breaker.failed(performance.now())
    this.#end(true)
    this.#outcome.failed()
    if (isOpened) this.#replica.abandonReads()
  }

  #end(error: Error | boolean): void {
    this.#isOver = true
    this.#replica.reads.delete(this)
    const client = this.#client
    if (!client) return
    client.removeListener('error', this.#onError)
    // A server that hangs would keep the connection until the end of the process.
    if (error === true) destroy(client)
    this.#release?.(error)
  }
}
