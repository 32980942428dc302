import { describeThrown, every, intervalOf } from '@homeostat/signals'
import type { Coordinator } from '../words/coordinator.ts'
import { CoordinatorUnavailableError } from './errors.ts'
import { Fading } from './fading.ts'
import type { FleetAction } from './fleet-state.ts'
import type { FleetState } from '../words/fleet-state.ts'
import { refuseByFleet, slotsOf } from './fleet-state.ts'
import { actionKey } from './lease-key.ts'
import type { Permit } from './permit.ts'
import { refused, UNCONDITIONAL } from './permit.ts'

const DEFAULT_BEAT_MS = 5000
/** A member that misses two beats still lives: one answer may get lost, one tick may be late. */
const BEATS_TO_LIVE = 3
/** An aborted action has a second for its receipt, and the answer that let it start took its time as well. */
const UNREADABLE_NAME = 'the given coordinator'
const DEFAULT_SPARE_MS = 2000

/** Options of {@link Fleet}. */
export interface FleetOptions {
  /** Without one, shared actions do not run. It is closed together with the fleet. @default none */
  readonly coordinator?: Coordinator
  /** Why there is no coordinator, for people. Asked only while there is none. @default no reason is given */
  readonly whyNone?: () => string | undefined
  /** Unique to this process, e.g. a random id. */
  readonly member: string
  /** How often this process says that it lives. @default 5000 */
  readonly beatMs?: number
  /** How much longer a lease or a slot lasts than the action that it is for may take. @default 2000 */
  readonly spareMs?: number
  /** Receives errors of the coordinator, other than that it cannot be reached. @default nothing is called */
  readonly report?: (error: unknown) => void
  /** Milliseconds of a clock that only goes forward; leases are counted on it. @default performance.now */
  readonly clock?: () => number
}

/** What an action asks of the fleet before it starts. */
export interface FleetClaim {
  /** What the action works on when there are several of it. */
  readonly target?: string
  /** The longest that the action takes. */
  readonly timeoutMs: number
  /** For how long no other process runs the shared action again. @default as long as it may take */
  readonly epochMs?: number
}

/**
 * What this process and the others agree on. It talks to the coordinator in the background, so that deciding can ask it
 * synchronously at every tick.
 *
 * @example
 * ```ts
 * await using fleet = new Fleet({ coordinator, member: randomUUID() })
 * if (fleet.refuse(action) === undefined) {
 *   const permit = await fleet.acquire(action, { timeoutMs: 10_000, epochMs: 300_000 })
 *   if (permit.granted) {
 *     const { effects } = await run(action, permit.lease)
 *     await permit.end(Object.values(effects).some(count => count > 0) ? 'acted' : 'nothing')
 *   }
 * }
 * ```
 */
export class Fleet implements AsyncDisposable {
  readonly #coordinator: Coordinator | undefined
  readonly #member: string
  readonly #whyNone: (() => string | undefined) | undefined
  readonly #beatMs: number
  readonly #spareMs: number
  readonly #report: (error: unknown) => void
  readonly #clock: () => number
  readonly #timer: Disposable | undefined
  readonly #held: Fading
  readonly #taken: Fading
  #members = 0
  #heardAt: number | undefined
  #trouble: string | undefined
  #beating = false
  /** Disruptive actions of this process that run: they share its one slot. */
  #disruptions = 0
  /** Slots taken so far. Each has a new name, because the release of the one before may arrive late, e.g. on a wire that hung. */
  #stays = 0

  constructor(options: FleetOptions) {
    const { coordinator, member, clock = () => performance.now() } = options
    this.#coordinator = coordinator
    this.#member = member
    this.#whyNone = options.whyNone
    this.#beatMs = intervalOf('beatMs', options.beatMs, DEFAULT_BEAT_MS)
    this.#spareMs = options.spareMs ?? DEFAULT_SPARE_MS
    this.#report = options.report ?? (() => {})
    this.#clock = clock
    this.#held = new Fading(clock)
    this.#taken = new Fading(clock)
    if (coordinator === undefined) return
    this.#timer = every(this.#beatMs, () => this.beat(), this.#report)
    void this.beat()
  }

  get state(): FleetState {
    const name = this.#coordinatorName()
    if (name === undefined) {
      const why = this.#whyNone?.()
      return { coordinator: 'none', ...(why !== undefined && { reason: why }) }
    }
    const reason = this.#trouble ?? this.#silence(name)
    if (reason !== undefined) return { coordinator: 'unreachable', name, reason }
    const [members, held, taken] = [this.#members, this.#held.live, this.#taken.live]
    return {
      coordinator: 'reachable',
      name,
      members,
      slots: slotsOf(members),
      held,
      taken,
      slotsTaken: taken.has(SLOTS),
    }
  }

  /** One that cannot be read stands for a coordinator all the same: without one, a shared action would be refused for another reason. */
  #coordinatorName(): string | undefined {
    try {
      const name: unknown = this.#coordinator?.name
      return name === undefined || typeof name === 'string' ? name : UNREADABLE_NAME
    } catch {
      return UNREADABLE_NAME
    }
  }

  /** Why the action cannot run now because of the others; undefined when it can be tried. */
  refuse(action: FleetAction, target?: string): string | undefined {
    return refuseByFleet(this.state, action, target)
  }

  /** Asks whether the action may start: the last word, for what `refuse()` knows may be some seconds old. Never rejects. */
  async acquire(action: FleetAction, claim: FleetClaim): Promise<Permit> {
    const known = this.refuse(action, claim.target)
    if (known !== undefined) return refused(known)
    const coordinator = this.#coordinator
    if (coordinator === undefined || this.#coordinatorName() === undefined) return UNCONDITIONAL
    try {
      if (action.scope === 'shared') return await this.#share(coordinator, action, claim)
      return action.disruptive ? await this.#disrupt(coordinator, action, claim) : UNCONDITIONAL
    } catch (error) {
      return refused(this.#fail(error))
    }
  }

  /** Records that this process lives, and gets how many do. The timer calls it; never rejects. */
  async beat(): Promise<void> {
    if (this.#coordinator === undefined || this.#beating) return
    this.#beating = true
    const sentAt = this.#clock()
    try {
      this.#members = await this.#coordinator.beat(this.#member, BEATS_TO_LIVE * this.#beatMs)
      this.#heardAt = sentAt
      this.#trouble = undefined
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#beating = false
    }
  }

  /** Leaves the fleet and closes its coordinator. Never rejects. */
  async close(): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    const coordinator = this.#coordinator
    if (coordinator === undefined) return
    // If the coordinator cannot be reached, the lease runs out by itself.
    await coordinator.leave(this.#member).catch(() => {})
    try {
      await coordinator[Symbol.asyncDispose]()
    } catch (error) {
      this.#report(error)
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #share(coordinator: Coordinator, action: FleetAction, claim: FleetClaim): Promise<Permit> {
    const key = actionKey(action.name, claim.target)
    const ttlMs = Math.max(claim.epochMs ?? 0, claim.timeoutMs + this.#spareMs)
    const lease = await coordinator.acquire(key, ttlMs)
    if (lease === undefined) {
      this.#taken.add(key, this.#clock() + this.#beatMs)
      return refused(this.refuse(action, claim.target) ?? `somebody else has ${key}`)
    }
    this.#held.add(key, lease.heldUntil)
    const end = async (result: 'acted' | 'nothing'): Promise<void> => {
      if (result === 'acted') return
      await coordinator.release(lease).catch((error: unknown) => this.#fail(error))
      this.#held.delete(key)
    }
    return { granted: true, lease, heldUntil: lease.heldUntil, end }
  }

  async #disrupt(coordinator: Coordinator, action: FleetAction, { timeoutMs }: FleetClaim): Promise<Permit> {
    const ttlMs = timeoutMs + this.#spareMs
    const heldUntil = this.#clock() + ttlMs
    if (this.#disruptions++ === 0) this.#stays++
    const holder = `${this.#member}/${this.#stays}`
    let granted = false
    try {
      granted = await coordinator.takeSlot(holder, ttlMs)
    } finally {
      if (!granted) this.#disruptions--
    }
    if (!granted) {
      this.#taken.add(SLOTS, this.#clock() + this.#beatMs)
      return refused(this.refuse(action) ?? 'all slots are taken')
    }
    const end = async (): Promise<void> => {
      if (--this.#disruptions > 0) return
      await coordinator.freeSlot(holder).catch((error: unknown) => this.#fail(error))
    }
    return { granted: true, heldUntil, end }
  }

  #fail(error: unknown): string {
    if (!(error instanceof CoordinatorUnavailableError)) this.#report(error)
    this.#trouble = describeThrown(error)
    return this.#trouble
  }

  /** An answer from before this process was stopped or blocked says nothing about now. */
  #silence(name: string): string | undefined {
    if (this.#heardAt === undefined) return `${name} has not answered yet`
    const silentMs = this.#clock() - this.#heardAt
    if (silentMs <= BEATS_TO_LIVE * this.#beatMs) return undefined
    return `${name} has not answered for ${Math.round(silentMs / 1000)} s`
  }
}

/** No key of a lease: those have a slash. */
const SLOTS = 'slots'
