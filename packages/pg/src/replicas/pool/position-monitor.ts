import { after } from '@homeostat/signals'
import { endOfRecords, parseLsn } from '../positions/lsn.ts'
import { nextMoment } from '../positions/moments.ts'
import { PositionRing } from '../positions/position-ring.ts'
import { Probe, type ProbedServer } from './probe.ts'
import type { RoutablePool } from './driver-shapes.ts'
import type { Replica } from './replica.ts'
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
  readonly ignore: (client: object) => void
  /** The primary's address leads to another server, or its history has changed. */
  readonly onPrimaryChanged: () => void
  readonly report: (error: unknown) => void
}

/** The least time between two questions to a server. */
const SOON_MS = 10
/** Without a statement for this long, servers are asked once per {@link REST_POLL_MS}. */
const REST_AFTER_MS = 5_000
const REST_POLL_MS = 1_000
/** A server that does not answer is asked at least so often. */
const MOST_BACKOFF_MS = 1_000
/** How often the addresses are looked up again. */
const REDIAL_MS = 30_000
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

  /** Somebody waits for a position: servers are asked within {@link SOON_MS}, however many ask. */
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
    const { timeoutMs, ignore } = this.#options
    return new Probe({ pool, timeoutMs, ignore })
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
    try {
      const moment = nextMoment()
      const at = now()
      const [row] = await this.primary.ask(PRIMARY_POSITION)
      if (this.#isStopped) return
      const server = this.primary.server
      const position = parseLsn(row?.['position'])
      const timeline = row?.['timeline']
      if (server === undefined || position === undefined || typeof timeline !== 'string') return this.#lostPrimary()
      const end = endOfRecords(position, server.segmentBytes)
      const isOtherHistory = timeline !== this.#timeline || server.id !== this.#primaryServer?.id
      // A crash without a restart of the postmaster may lose what was not flushed.
      if (isOtherHistory || end < (this.ring.lastPosition ?? end)) {
        const isFirst = this.#primaryServer === undefined
        this.#timeline = timeline
        this.#primaryServer = server
        this.ring.clear()
        if (!isFirst) onPrimaryChanged()
      }
      this.ring.add(moment, at, end)
      for (const replica of replicas) replica.measure(this.ring)
      this.#notify()
    } catch (error) {
      // A primary that is away writes nothing: its positions stay true. Age alone takes replicas out of use.
      if (!this.#isStopped) throw error
    }
  }

  /** The address leads to a replica: the former primary, or a mistake in the configuration. */
  #lostPrimary(): void {
    if (this.#timeline !== '') this.#options.onPrimaryChanged()
    this.#timeline = ''
    this.ring.clear()
    this.primary.drop()
    this.#notify()
  }

  async #askReplica(replica: Replica, probe: Probe): Promise<void> {
    const { now } = this.#options
    try {
      const moment = nextMoment()
      const [row] = await probe.ask(REPLICA_POSITION)
      if (this.#isStopped) return
      const server = probe.server
      if (server === undefined) return
      const isSameCluster = this.#primaryServer === undefined || server.system === this.#primaryServer.system
      if (!isSameCluster || !replica.update(server, row, moment)) {
        replica.lost()
        replica.breaker.trip(now())
      } else replica.measure(this.ring)
      this.#notify()
      await moveStuckReads(replica, { probe, now, limitMs: this.#options.timeoutMs })
    } catch (error) {
      if (this.#isStopped) return
      replica.lost()
      replica.breaker.trip(now())
      replica.abandonReads()
      throw error
    }
  }

  #notify(): void {
    for (const listener of this.#waiting) {
      this.#waiting.delete(listener)
      listener()
    }
  }
}

/** What one poll needs. */
interface PollOptions {
  readonly probe: Probe
  readonly ask: () => Promise<void>
  readonly intervalMs: () => number
  readonly now: () => number
  readonly report: (error: unknown) => void
}

/** Asks one server again and again, one question at a time. */
class Poll {
  readonly #options: PollOptions
  #timer: Disposable | undefined
  #isAsking = false
  #isStopped = false
  /** Somebody waits for the next answer. */
  #isSoon = false
  #failures = 0
  #askedAt = Number.NEGATIVE_INFINITY
  #redialAt: number

  constructor(options: PollOptions) {
    this.#options = options
    this.#redialAt = options.now() + REDIAL_MS
  }

  /** Asks now, unless a question is under way. */
  wake(): void {
    if (this.#isAsking || this.#isStopped) return
    this.#timer?.[Symbol.dispose]()
    this.#isAsking = true
    void this.#run()
  }

  /** Asks soon: at once, or when the last question is old enough. A server that fails is not asked more often. */
  soon(): void {
    if (this.#isSoon || this.#isStopped || this.#failures > 0) return
    this.#isSoon = true
    if (!this.#isAsking) this.#schedule(0)
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.[Symbol.dispose]()
    this.#options.probe.close()
  }

  #schedule(delayMs: number): void {
    this.#timer?.[Symbol.dispose]()
    const untilDueMs = this.#askedAt + SOON_MS - this.#options.now()
    this.#timer = after(Math.max(delayMs, untilDueMs), () => this.wake())
  }

  async #run(): Promise<void> {
    const { probe, ask, intervalMs, now, report } = this.#options
    this.#askedAt = now()
    this.#isSoon = false
    try {
      if (now() > this.#redialAt) {
        this.#redialAt = now() + REDIAL_MS
        probe.drop()
      }
      await ask()
      this.#failures = 0
    } catch (error) {
      // A server that is away is asked less often, and reported once.
      if (this.#failures++ === 0) report(error)
    } finally {
      this.#isAsking = false
      const delayMs = Math.min(MOST_BACKOFF_MS, intervalMs() * 2 ** Math.min(this.#failures, 10))
      if (!this.#isStopped) this.#schedule(this.#isSoon ? 0 : Math.max(intervalMs(), delayMs))
    }
  }
}
