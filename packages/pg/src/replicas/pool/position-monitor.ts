import { after } from '@homeostat/signals'
import { endOfRecords, parseLsn } from '../positions/lsn.ts'
import { nextMoment } from '../positions/moments.ts'
import { PositionRing } from '../positions/position-ring.ts'
import { Poll } from './poll.ts'
import { Probe, type ProbedServer } from './probe.ts'
import type { Promotions } from './promotions.ts'
import type { RoutablePool } from './driver-shapes.ts'
import type { Replica } from './replica.ts'
import { isRefusal } from './read-failure.ts'
import { moveStuckReads } from './stuck-reads.ts'
import { PRIMARY_POSITION, REPLICA_POSITION } from './server-identity.ts'

/** Options of the monitor. */
export interface PositionMonitorOptions {
  readonly primary: RoutablePool
  readonly replicas: readonly Replica[]
  /** How often each server is asked while statements run, in milliseconds. */
  readonly pollMs: number
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number
  readonly now: () => number
  /** The primary's address leads to another server, or its history has changed. */
  readonly onPrimaryChanged: () => void
  readonly promotions: Promotions
  readonly report: (error: unknown) => void
}

/** Without a statement for this long, servers are asked once per {@link REST_POLL_MS}. */
const REST_AFTER_MS = 5_000
const REST_POLL_MS = 1_000
/** A primary is away after so many questions without an answer. */
const AWAY_AFTER = 2
/** Between two looks at an address whose connections lead elsewhere. */
const STRAYED_MS = 100

/** Knows how far the primary has written and each replica has replayed. One small statement per server and poll, on a connection of its own. */
export class PositionMonitor {
  readonly ring: PositionRing = new PositionRing()
  readonly primary: Probe
  readonly #options: PositionMonitorOptions
  readonly #waiting = new Set<() => void>()
  #primaryServer: ProbedServer | undefined
  #timeline = ''
  /** The last one that was known. */
  #lastTimeline = ''
  /** Questions to the primary without an answer since the last one; infinite where it has answered as a replica. */
  #primaryFailures = 0
  #primaryAnsweredAt = Number.NEGATIVE_INFINITY
  #usedAt = Number.NEGATIVE_INFINITY
  #isStopped = false
  readonly #polls = new Set<Poll>()

  constructor(options: PositionMonitorOptions) {
    this.#options = options
    this.primary = this.#probe(options.primary)
  }

  /** The primary's history; empty while it is not known. */
  get timeline(): string {
    return this.#timeline
  }

  /** The cluster; undefined while it is not known. */
  get system(): string | undefined {
    return this.#primaryServer?.system
  }

  start(): void {
    this.#poll(this.primary, () => this.#askPrimary())
    for (const replica of this.#options.replicas) {
      const probe = this.#probe(replica.pool)
      const poll = this.#poll(probe, () => this.#askReplica(replica, probe))
      let strayedAt = Number.NEGATIVE_INFINITY
      replica.onStrayed = () => {
        const now = this.#options.now()
        if (now - strayedAt < STRAYED_MS) return
        strayedAt = now
        replica.lost()
        probe.drop()
        poll.wake()
      }
    }
  }

  /** A statement runs: positions matter. */
  used(now: number): void {
    const wasResting = now - this.#usedAt > REST_AFTER_MS
    this.#usedAt = now
    if (wasResting) for (const poll of this.#polls) poll.wake()
  }

  /** Somebody waits for a position: servers are asked soon, however many ask. */
  wanted(): void {
    for (const poll of this.#polls) poll.soon()
  }

  /** Calls back after the next answer of a server. */
  onNextAnswer(listener: () => void): void {
    this.#waiting.add(listener)
  }

  /** Settles with the next answer of a server, or when the time is over. */
  nextAnswer(limitMs: number): Promise<void> {
    return new Promise(resolve => {
      const timer = after(limitMs, resolve, { holdsProcess: true })
      this.onNextAnswer(() => {
        timer[Symbol.dispose]()
        resolve()
      })
    })
  }

  /** Settles when every server has answered once, or has had the time to. */
  async firstAnswers(limitMs: number): Promise<void> {
    const { replicas, now } = this.#options
    const until = now() + limitMs
    const isMissing = (): boolean =>
      this.#timeline === '' || replicas.some(replica => !replica.isUsable(this.#timeline))
    while (isMissing() && now() < until) await this.nextAnswer(until - now())
  }

  [Symbol.dispose](): void {
    this.#isStopped = true
    for (const poll of this.#polls) poll.stop()
    this.#notify()
  }

  #probe(pool: RoutablePool): Probe {
    return new Probe({ pool, timeoutMs: this.#options.timeoutMs })
  }

  #poll(probe: Probe, ask: () => Promise<void>): Poll {
    const poll = new Poll({
      probe,
      ask,
      intervalMs: () => (this.#options.now() - this.#usedAt > REST_AFTER_MS ? REST_POLL_MS : this.#options.pollMs),
      now: this.#options.now,
      report: this.#options.report,
    })
    this.#polls.add(poll)
    poll.wake()
    return poll
  }

  async #askPrimary(): Promise<void> {
    const { onPrimaryChanged, replicas, now } = this.#options
    const at = now()
    try {
      const moment = nextMoment()
      const [row] = await this.primary.ask(PRIMARY_POSITION)
      if (this.#isStopped) return
      const server = this.primary.server
      const position = parseLsn(row?.['position'])
      const timeline = row?.['timeline']
      if (server === undefined || position === undefined || typeof timeline !== 'string') return this.#lostPrimary()
      this.#primaryAnswered(at)
      const end = endOfRecords(position, server.segmentBytes)
      const isOtherHistory = timeline !== this.#timeline || server.id !== this.#primaryServer?.id
      // A crash without a restart of the postmaster may lose what was not flushed.
      if (isOtherHistory || end < (this.ring.lastPosition ?? end)) {
        const isFirst = this.#primaryServer === undefined
        this.#timeline = timeline
        this.#lastTimeline = timeline
        this.#primaryServer = server
        this.ring.clear()
        // Whose replicas are they? Nobody has compared them with this server.
        for (const replica of replicas) replica.lost()
        for (const poll of this.#polls) poll.wake()
        if (!isFirst) onPrimaryChanged()
      }
      this.ring.add(moment, at, end)
      for (const replica of replicas) replica.measure(this.ring)
      this.#notify()
    } catch (error) {
      // A primary that is away writes nothing: its positions stay true. Age alone takes replicas out of use.
      // One that has no connection left is not away. A former one stays a former one.
      if (isRefusal(error) && this.#primaryFailures < Number.POSITIVE_INFINITY) this.#primaryAnswered(at)
      else this.#primaryFailures++
      if (!this.#isStopped) throw error
    }
  }

  #primaryAnswered(askedAt: number): void {
    this.#primaryFailures = 0
    this.#primaryAnsweredAt = askedAt
  }

  /** The address leads to a replica: the former primary, or a mistake in the configuration. */
  #lostPrimary(): void {
    if (this.#timeline !== '') this.#options.onPrimaryChanged()
    this.#primaryFailures = Number.POSITIVE_INFINITY
    this.#timeline = ''
    this.ring.clear()
    this.primary.drop()
    this.#notify()
  }

  async #askReplica(replica: Replica, probe: Probe): Promise<void> {
    const { now, promotions } = this.#options
    try {
      const moment = nextMoment()
      const [row] = await probe.ask(REPLICA_POSITION)
      if (this.#isStopped) return
      const server = probe.server
      if (server === undefined) return
      const primary = this.#primaryServer
      const isSameCluster = primary === undefined || server.system === primary.system
      const isReplica = isSameCluster && replica.update(server, row, moment)
      if (isReplica) promotions.replicates(replica)
      if (!isReplica) {
        replica.lost()
        replica.breaker.trip(now())
        if (isSameCluster) await this.#askPromoted(replica, probe)
      } else if (primary !== undefined && replica.isLike(server.session, primary.session)) replica.measure(this.ring)
      else replica.lost()
      this.#notify()
      await moveStuckReads(replica, { probe, now, limitMs: this.#options.timeoutMs, primary: this.#options.primary })
    } catch (error) {
      if (this.#isStopped) return
      replica.lost()
      replica.breaker.trip(now())
      replica.abandonReads()
      throw error
    }
  }

  /** A replica that has answered as a primary: since which history? */
  async #askPromoted(replica: Replica, probe: Probe): Promise<void> {
    const { promotions, now } = this.#options
    const timeline = (await probe.ask(PRIMARY_POSITION))[0]?.['timeline']
    if (typeof timeline !== 'string' || this.#isStopped) return
    promotions.noticed(replica, {
      timeline,
      known: this.#lastTimeline,
      isPrimaryAway: this.#primaryFailures >= AWAY_AFTER,
      answeredAt: this.#primaryAnsweredAt,
      now: now(),
    })
  }

  #notify(): void {
    for (const listener of this.#waiting) {
      this.#waiting.delete(listener)
      listener()
    }
  }
}
