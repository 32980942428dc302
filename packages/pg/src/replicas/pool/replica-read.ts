import { performance } from 'node:perf_hooks'
import { parseLsn } from '../positions/lsn.ts'
import type { Callback, RoutableClient } from './driver-shapes.ts'
import { destroy } from './probe.ts'
import { isReplicaFailure, isServerTrouble, isWriteRefused } from './read-failure.ts'
import type { Replica, ServerLife } from './replica.ts'
import { WHO } from './server-identity.ts'

/** What a read reports. */
export interface ReadOutcome {
  /** The replica has answered, with rows or with an error of the statement's own. */
  answered(error: Error | undefined, result: unknown): void
  /** The replica has not: ask the primary. */
  failed(hasWriteRefused: boolean): void
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
  isSent = false
  #client: RoutableClient | undefined
  #release: ((error?: Error | boolean) => void) | undefined
  #isOver = false
  readonly #onError = (error: Error): void => this.#fail(error)

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
        if (error || !client) return this.#fail(error ?? new Error('no connection'), false)
        this.#client = client
        this.#release = release
        client.once('error', this.#onError)
        const isOfThisLife = this.#replica.leadsTo(client, this.#life)
        if (isOfThisLife === true) this.#run(client)
        else if (isOfThisLife === undefined) this.#identify(client)
        else this.#leadsElsewhere()
      })
    } catch (error) {
      this.#fail(error)
    }
  }

  get backend(): number | undefined {
    const pid = this.isSent ? this.#client?.processID : undefined
    return typeof pid === 'number' ? pid : undefined
  }

  /** The server does not answer: the primary is asked, and the connection is given up. */
  abandon(): void {
    if (this.#isOver) return
    this.#end(true)
    this.#outcome.failed(false)
  }

  /** The first statement of a new connection: where does it lead, and does it show as much as is known of that server? */
  #identify(client: RoutableClient): void {
    const callback: Callback = (error, result) => {
      if (this.#isOver) return
      const row = (result as { readonly rows?: readonly Readonly<Record<string, unknown>>[] } | undefined)?.rows?.[0]
      if (error || row === undefined) return this.#fail(error ?? new Error('no answer'))
      this.#replica.identified(client, row['is_standard'] === true ? String(row['id']) : '')
      const replayed = parseLsn(row['replayed'])
      const isBehind = replayed === undefined || replayed < this.#life.position
      if (isBehind || this.#replica.leadsTo(client, this.#life) !== true) this.#leadsElsewhere()
      else this.#run(client)
    }
    this.#send(client, [WHO, callback])
  }

  #run(client: RoutableClient): void {
    const callback: Callback = (error, result) => {
      if (this.#isOver) return
      if (error && isReplicaFailure(error)) return this.#fail(error)
      this.#replica.breaker.succeeded()
      this.#end(error ?? false)
      this.#outcome.answered(error ?? undefined, result)
    }
    this.isSent = true
    this.#send(client, [this.#config, this.#values, callback])
  }

  #send(client: RoutableClient, args: unknown[]): void {
    try {
      this.#replica.send(client, args)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The address leads to another server, or to one that has restarted, and nobody knows yet what it shows. */
  #leadsElsewhere(): void {
    this.#replica.strayed()
    this.#replica.breaker.succeeded()
    this.#end(true)
    this.#outcome.failed(false)
  }

  #fail(error: unknown, isOfStatement = true): void {
    if (this.#isOver) return
    const now = performance.now()
    const isOpened = isServerTrouble(error)
      ? this.#replica.breaker.failed(now)
      : (this.#replica.breaker.succeeded(), false)
    this.#end(isServerTrouble(error) ? true : (error as Error))
    this.#outcome.failed(isOfStatement && isWriteRefused(error))
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
