/** Admission shares out the event loop, which is one CPU, and the connections to the database. */
export type Resource = 'loop' | 'database'

/** How much of each resource a job takes while it runs: a share of the event loop, and a number of connections. */
export type Demand = Readonly<Record<Resource, number>>

/** How much of each resource the jobs that ask may take together. Infinite: it is not shared out. */
export type Capacity = Readonly<Record<Resource, number>>

export const UNLIMITED: Capacity = { loop: Infinity, database: Infinity }

const RESOURCES: readonly Resource[] = ['loop', 'database']
/** The event loop rests for this share of the time that a job has held it, so that what came meanwhile is served. */
const REST_SHARE = 0.04
/** Shorter rests are added up: timers have a resolution of 1 ms. */
const SHORTEST_REST_MS = 1
const LONGEST_REST_MS = 60_000
/** A run that takes so many times its mean may hang. It no longer keeps others waiting. */
const OVERDUE_FACTOR = 10
const SHORTEST_OVERDUE_MS = 1000
/** Sums of fractions such as 1/7 are not exact. */
const ROUNDING = 1e-9

/** The request of a job. */
export interface Asked {
  readonly demand: Demand
  /** How long a run takes on average, in milliseconds. */
  readonly expectedMs: number
  /** When the job asked for the first time, in milliseconds: it keeps its place while it is deferred. */
  readonly firstAskedAt: number
}

/** A job that has asked. */
export interface Ticket extends Asked {
  readonly state: 'waiting' | 'running' | 'over'
  /** When its run started, in milliseconds; undefined while it waits. */
  readonly startedAt: number | undefined
}

interface OwnTicket extends Ticket {
  state: Ticket['state']
  startedAt: number | undefined
}

/**
 * Decides which of the heavy jobs run now. It is a state machine: `now` is a parameter, in milliseconds of one clock.
 *
 * - The demands of the running jobs add up to at most the capacity. A job that alone asks for more runs alone.
 * - Jobs start in the order in which they first asked. One may pass another only if the two need no resource in common.
 * - Two jobs that use the loop never start in the same turn of it, and the loop rests for a moment after each.
 * - With less than one loop, the rest is as long as it takes for the loop to be used to that share.
 * - A run that takes ten times its mean, and at least a second, no longer counts.
 *
 * So a job starts at the latest when the runs in progress, and those of jobs that first asked before it, have ended one after the other.
 *
 * @example
 * ```ts
 * const admission = new Admission()
 * admission.limit({ loop: 1, database: Infinity })
 * const ticket = admission.ask({ demand: { loop: 1, database: 0 }, expectedMs: 50, firstAskedAt: now }, now)
 * ```
 */
export class Admission {
  #capacity: Capacity = UNLIMITED
  readonly #waiting: OwnTicket[] = []
  readonly #running = new Set<OwnTicket>()
  #isTurnTaken = false
  #restUntil = -Infinity
  /** Rests that were too short for a timer. */
  #restOwedMs = 0

  get capacity(): Capacity {
    return this.#capacity
  }

  /** Tickets that wait, in the order in which they start. */
  get waiting(): readonly Ticket[] {
    return this.#waiting
  }

  /** Those that wait, and those that run. */
  get open(): readonly Ticket[] {
    return [...this.#running, ...this.#waiting]
  }

  /** Whether a turn of the loop has to pass before a job that uses the loop may start. */
  get isTurnTaken(): boolean {
    return this.#isTurnTaken
  }

  /** Sets what may be taken from now on. Call {@link advance} afterwards. */
  limit(capacity: Capacity): void {
    this.#capacity = capacity
    if (capacity.loop > 1) this.#restOwedMs = 0
  }

  /** A job asks to run. The ticket is `running` where it may start at once, else `waiting`. */
  ask(asked: Asked, now: number): Ticket {
    const ticket: OwnTicket = { ...asked, state: 'waiting', startedAt: undefined }
    if (this.#canPass(ticket) && this.#fits(ticket, now)) {
      this.#start(ticket, now)
      return ticket
    }
    let at = this.#waiting.length
    while (at > 0 && this.#waiting[at - 1]!.firstAskedAt > ticket.firstAskedAt) at--
    this.#waiting.splice(at, 0, ticket)
    return ticket
  }

  /** A job runs without having asked; it counts like the others. */
  add(asked: Asked, now: number): Ticket {
    const ticket: OwnTicket = { ...asked, state: 'running', startedAt: undefined }
    this.#start(ticket, now)
    return ticket
  }

  /** A waiting job no longer wants to run. Call {@link advance} afterwards: the next one may fit. */
  withdraw(ticket: Ticket): void {
    const at = this.#waiting.indexOf(ticket)
    if (at === -1) return
    this.#waiting.splice(at, 1)
    ;(ticket as OwnTicket).state = 'over'
  }

  /** A run has ended. Call {@link advance} afterwards. */
  end(ticket: Ticket, now: number): void {
    const own = ticket as OwnTicket
    own.state = 'over'
    if (!this.#running.delete(own) || own.demand.loop === 0) return
    const rest = restAfter(now - (own.startedAt ?? now), own.demand.loop, this.#capacity.loop)
    this.#restOwedMs = Math.min(this.#restOwedMs + rest, LONGEST_REST_MS)
    if (this.#restOwedMs < SHORTEST_REST_MS) return
    this.#restUntil = Math.max(this.#restUntil, now) + this.#restOwedMs
    this.#restOwedMs = 0
  }

  /** The loop has turned, and served what had come. */
  turn(): void {
    this.#isTurnTaken = false
  }

  /**
   * Starts the waiting jobs that may start now.
   *
   * @param isLoopIdle - the loop was seen with time to spare although jobs wait for it: one more of them starts
   */
  advance(now: number, { isLoopIdle = false }: { readonly isLoopIdle?: boolean } = {}): readonly Ticket[] {
    this.#forgetOverdue(now)
    const started: Ticket[] = []
    const blocked = new Set<Resource>()
    let isSpare = isLoopIdle
    for (let at = 0; at < this.#waiting.length && blocked.size < RESOURCES.length;) {
      const ticket = this.#waiting[at]!
      const isFree = RESOURCES.every(resource => ticket.demand[resource] === 0 || !blocked.has(resource))
      if (isFree && this.#fits(ticket, now, isSpare)) {
        this.#waiting.splice(at, 1)
        if (ticket.demand.loop > 0) isSpare = false
        this.#start(ticket, now)
        started.push(ticket)
        continue
      }
      for (const resource of RESOURCES) if (ticket.demand[resource] > 0) blocked.add(resource)
      at++
    }
    return started
  }

  /** When a waiting job may start though no run ends; undefined when that needs an end, or a turn of the loop. */
  nextAt(now: number): number | undefined {
    if (this.#waiting.length === 0) return undefined
    let next = this.#restUntil > now ? this.#restUntil : Infinity
    for (const ticket of this.#running) next = Math.min(next, overdueAt(ticket))
    return next === Infinity ? undefined : next
  }

  /** How long a job that asked now would wait, in milliseconds, as far as the means of runs tell. */
  waitMs({ demand }: Pick<Asked, 'demand'>, now: number): number {
    let longest = 0
    for (const resource of RESOURCES) {
      const capacity = this.#capacity[resource]
      if (demand[resource] === 0 || capacity === Infinity) continue
      let work = 0
      for (const ticket of this.#running)
        work += ticket.demand[resource] * Math.max(0, (ticket.startedAt ?? now) + ticket.expectedMs - now)
      for (const ticket of this.#waiting) work += ticket.demand[resource] * ticket.expectedMs
      longest = Math.max(longest, work / capacity)
    }
    return longest
  }

  /** How much of a resource the running jobs take together. */
  used(resource: Resource): number {
    let used = 0
    for (const { demand } of this.#running) used += demand[resource]
    return used
  }

  #start(ticket: OwnTicket, now: number): void {
    ticket.state = 'running'
    ticket.startedAt = now
    this.#running.add(ticket)
    if (ticket.demand.loop > 0 && this.#capacity.loop !== Infinity) this.#isTurnTaken = true
  }

  /** Whether no waiting job that first asked before it needs one of its resources. */
  #canPass({ demand, firstAskedAt }: Asked): boolean {
    for (const waiting of this.#waiting) {
      if (waiting.firstAskedAt > firstAskedAt) return true
      for (const resource of RESOURCES) if (demand[resource] > 0 && waiting.demand[resource] > 0) return false
    }
    return true
  }

  #fits({ demand }: Asked, now: number, isLoopIdle = false): boolean {
    for (const resource of RESOURCES) {
      const capacity = this.#capacity[resource]
      if (demand[resource] === 0 || capacity === Infinity) continue
      if (resource === 'loop' && (this.#isTurnTaken || now < this.#restUntil)) return false
      const used = this.used(resource)
      // Alone it runs in any case: it would never run otherwise.
      const isRoom = used === 0 || used + demand[resource] <= capacity + ROUNDING
      if (!isRoom && !(isLoopIdle && resource === 'loop')) return false
    }
    return true
  }

  #forgetOverdue(now: number): void {
    for (const ticket of this.#running) if (overdueAt(ticket) <= now) this.#running.delete(ticket)
  }
}

function overdueAt({ startedAt = Infinity, expectedMs }: Ticket): number {
  return startedAt + Math.max(OVERDUE_FACTOR * expectedMs, SHORTEST_OVERDUE_MS)
}

/** How long the loop rests after a run that took `tookMs` and used the share `demand` of it. */
function restAfter(tookMs: number, demand: number, capacity: number): number {
  if (capacity > 1) return 0
  const onDuty = demand > capacity ? demand / capacity - 1 : 0
  return tookMs * (onDuty + REST_SHARE * Math.min(1, demand))
}
