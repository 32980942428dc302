import { within, writeLine } from '@homeostat/signals'
import { asOurs } from '../../ours.ts'
import { Breaker } from '../breaker/breaker.ts'
import { NO_LSN, parseLsn, type Lsn } from '../positions/lsn.ts'
import type { PositionRing } from '../positions/position-ring.ts'
import type { ReadReplica } from '../positions/read-context.ts'
import type { RoutableClient, RoutablePool } from './driver-shapes.ts'
import { destroy, type ProbedServer, type ProbeRow } from './probe.ts'
import { codeOf, isWriteRefused } from './read-failure.ts'
import { differencesOf, type ServerSession } from './server-identity.ts'

/** A read that waits for an answer. */
export interface RunningRead {
  /** When it was begun: a time of the monotonic clock. */
  readonly startedAt: number
  /** The server's process that has the statement; undefined while it is not sent, and where that process is not known. */
  readonly backend: number | undefined
  /** Bytes that its connection has received. */
  readonly received: number | undefined
  /** Whether the statement may have been sent. */
  readonly isSent: boolean
  /** Whether it has a connection, so that it waits for the server and not for the pool. */
  readonly isConnected: boolean
  /** The server does not answer: somebody else is asked. */
  abandon(): void
}

/** One life of a replica's server: from a start to a restart, or until its address leads elsewhere. */
export class ServerLife implements ReadReplica {
  readonly id: string
  position: Lsn = NO_LSN
  positionMoment = 0

  constructor(id: string) {
    this.id = id
  }
}

const NO_LIFE = new ServerLife('')

/** What is known of one replica, and the reads that it is running. */
export class Replica {
  readonly pool: RoutablePool
  /** How it is called in telemetry. */
  readonly name: string
  readonly breaker: Breaker
  readonly reads: Set<RunningRead> = new Set()
  /** Clients of the pool by the life of the server that they were connected to. */
  readonly #lives = new WeakMap<RoutableClient, string>()
  #life = NO_LIFE
  #timeline = ''
  /** So old its data is at most: a time of the monotonic clock; NaN while it is not known. */
  #asOf = Number.NaN
  #isUnfit = false
  #isReported = false
  /** By what its sessions differ from the primary's. */
  #differences = ''
  /** Whether the statement that a client is sending now is one of ours or a routed one, and not of the application's setup. */
  isSending = false
  /** When the reads that take long were last looked at. */
  lookedAt: number = Number.NEGATIVE_INFINITY
  /** Connections of a pool that was made here. */
  readonly #clients = new Set<RoutableClient>()
  /** Reads that it has answered. */
  answered = 0

  constructor(pool: RoutablePool, name: string, breaker: Breaker = new Breaker()) {
    this.pool = pool
    this.name = name
    this.breaker = breaker
  }

  /** What a context remembers of a read. It changes when the server restarts: it may then show less than before. */
  get life(): ServerLife {
    return this.#life
  }

  get position(): Lsn {
    return this.#life.position
  }

  get timeline(): string {
    return this.#timeline
  }

  /** How old its data is at most, in milliseconds; NaN while it is not known. */
  lagMs(now: number): number {
    return now - this.#asOf
  }

  /** Whether its position is known, in the primary's history. */
  isUsable(timeline: string): boolean {
    return this.#life.position !== NO_LSN && this.#timeline === timeline && !this.#isUnfit
  }

  /** The probe has an answer. @returns false where the server is not a replica (any more) */
  update(server: ProbedServer, row: ProbeRow | undefined, moment: number): boolean {
    const position = parseLsn(row?.['position'])
    const timeline = row?.['timeline']
    if (position === undefined || typeof timeline !== 'string') {
      this.lost()
      return false
    }
    // Within one life of a server it only grows.
    if (this.#life.id !== server.id || position < this.#life.position) this.#life = new ServerLife(server.id)
    this.#life.position = position
    this.#life.positionMoment = moment
    this.#timeline = timeline.toUpperCase()
    return true
  }

  /** Compares its position with the primary's. */
  measure(ring: PositionRing): void {
    this.#asOf = this.#life.position === NO_LSN ? Number.NaN : ring.timeOf(this.#life.position)
  }

  /** The probe has no answer: nothing is known of it any more. */
  lost(): void {
    this.#life = NO_LIFE
    this.#timeline = ''
    this.#asOf = Number.NaN
  }

  /** Every read that it is running goes to the primary instead. Each for itself: a callback of the application may throw. */
  abandonReads(): void {
    for (const read of this.reads) process.nextTick(() => read.abandon())
  }

  /** The primary has answered a statement that this replica has failed. @returns whether the replica alone is wrong */
  judge(error: unknown, fromPrimary: unknown, now: number): boolean {
    const code = codeOf(error)
    // A write is the statement's own; what was read wrongly is its text.
    const isAlone = !fromPrimary && !isWriteRefused(error)
    if (isAlone && this.breaker.failed(now)) this.#reportFailing(code)
    if (!isAlone && (!fromPrimary || codeOf(fromPrimary) === code)) this.breaker.succeeded()
    return isAlone
  }

  #reportFailing(code: string | undefined): void {
    if (this.#isReported) return
    this.#isReported = true
    writeLine(
      'warn',
      `@homeostat/pg: the replica ${this.name} fails statements that the primary answers (SQLSTATE ${code}), so it is used less. Compare its database, search_path and rights with the primary's`,
    )
  }

  /** A connection setup of the application cannot run on a replica: sessions there would not be like those on the primary. */
  unfit(): void {
    if (this.#isUnfit) return
    this.#isUnfit = true
    writeLine(
      'warn',
      `@homeostat/pg: the replica ${this.name} is not used: what the pool runs for its connections (its events connect and acquire, or onConnect) fails there. Leave out there what writes`,
    )
  }

  /** Whether the same statement means the same in its sessions as in the primary's. */
  isLike(own: ServerSession, primary: ServerSession): boolean {
    const differences = differencesOf(own, primary).join(', ')
    if (differences !== '' && differences !== this.#differences)
      writeLine(
        'warn',
        `@homeostat/pg: the replica ${this.name} is not used: its connections differ from those of the primary in: ${differences}. Statements could read something else there; give both the same`,
      )
    this.#differences = differences
    return differences === ''
  }

  /** The pool was made here: its connections are known, and always heard. */
  own(): void {
    const connected = (client: RoutableClient): void => {
      this.#clients.add(client)
      client.on(
        'error',
        asOurs(() => {}),
      )
    }
    this.pool.on('connect', asOurs(connected))
    this.pool.on(
      'remove',
      asOurs((client: RoutableClient) => void this.#clients.delete(client)),
    )
  }

  /** Ends its pool. A server that hangs is not waited for: its reads go elsewhere, and its connections are closed. */
  async end(limitMs: number): Promise<void> {
    if (this.pool.ended) return
    await within(
      limitMs,
      () => this.pool.end() as Promise<void>,
      () => undefined,
    ).catch(() => {})
    this.abandonReads()
    for (const client of this.#clients) destroy(client)
  }

  /** Sends a statement that is not of the application's setup. */
  send(client: RoutableClient, args: unknown[]): void {
    this.isSending = true
    try {
      client.query(...args)
    } finally {
      this.isSending = false
    }
  }

  /** Called when a connection leads to another server than the probe's. */
  onStrayed: () => void = () => {}

  /** A connection leads elsewhere: the probe has to look up the address again. */
  strayed(): void {
    this.onStrayed()
  }

  /** A connection of the pool has said where it leads. */
  identified(client: RoutableClient, id: string): void {
    this.#lives.set(client, id)
  }

  /**
   * Whether a connection leads to the server for which the replica was chosen, in that life of it, and nothing has changed since; undefined
   * while the connection has not said where it leads.
   */
  leadsTo(client: RoutableClient, life: ServerLife): boolean | undefined {
    if (this.#life !== life || life === NO_LIFE) return false
    const id = this.#lives.get(client)
    return id === undefined ? undefined : id === life.id
  }
}
