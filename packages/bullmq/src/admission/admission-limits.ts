import type { Capacity } from './admission.ts'
import { CapacityRelease, type ReleaseView } from './capacity-release.ts'

/** The capacity of the loop that limits nothing. */
export const LOOP_UNLIMITED = 32
/** The share of the connections that limits nothing. */
export const DATABASE_UNLIMITED = 1
/** How long the connections that jobs hold are watched, from the first ones on, before and while they are limited. */
const WATCHED_MS = 2000
/** A switchback turns a limit off and on, so that it must be off soon. */
const LOOP_STEPS = { step: 1, stepMs: 1000, longestMs: 15_000 } as const
/** Connections come back a tenth at a time: the database says late that it has too much to do. */
const DATABASE_PART = 0.1
const DATABASE_STEPS = { stepMs: 5000, longestMs: 60_000 } as const

/** The measurements that the limits depend on. */
export interface LimitsView extends ReleaseView {
  /** How many connections are held by the jobs that hold most of them. */
  readonly held: number
}

/**
 * The capacity that heavy jobs may take. A lower limit holds at once, a higher one is reached step by step; see
 * {@link CapacityRelease}.
 */
export class AdmissionLimits {
  #loop = LOOP_UNLIMITED
  /** The limit that holds instead, in the half of a trial that is left alone; undefined outside of it. */
  #loopOfTrial: number | undefined
  #isTried = false
  #databaseShare = DATABASE_UNLIMITED
  #loopRelease: CapacityRelease | undefined
  #databaseRelease: CapacityRelease | undefined
  /** The most connections that the jobs held before they were limited. */
  #held = 0
  #heldSince: number | undefined
  #capacity: Capacity = { loop: Infinity, database: Infinity }

  /** How many loops heavy jobs may take together. */
  get loop(): number {
    return this.#loop
  }

  /** Which share of the connections that they held heavy jobs may hold. */
  get databaseShare(): number {
    return this.#databaseShare
  }

  get capacity(): Capacity {
    return this.#capacity
  }

  /** Whether something is limited, or is being released. */
  get isEngaged(): boolean {
    return this.#isLimiting || this.#isTried || this.#loopRelease !== undefined || this.#databaseRelease !== undefined
  }

  /**
   * Whether jobs may be deferred. Not during a release: then a job waits in its slot. Nor while a trial compares: what one half leaves
   * must not run in the other.
   */
  get isDeferring(): boolean {
    return this.#isLimiting && !this.#isTried
  }

  get isDatabaseLimited(): boolean {
    return this.#databaseShare < DATABASE_UNLIMITED || this.#databaseRelease !== undefined
  }

  /**
   * A trial turns the limit on and off, at once in both directions.
   *
   * @param isTried - whether it goes on
   * @param instead - the limit that holds now instead; undefined: the limit as it was set
   */
  tryLoop(isTried: boolean, instead?: number): void {
    this.#isTried = isTried
    this.#loopOfTrial = instead
    this.#loopRelease = undefined
    this.#update(this.#setLoop, this.#capacity.database)
  }

  setLoop(loop: number, now: number): void {
    const before = this.#capacity.loop
    this.#loop = loop
    this.#loopRelease =
      loop >= LOOP_UNLIMITED && before !== Infinity && !this.#isTried
        ? new CapacityRelease(before, LOOP_STEPS, now)
        : undefined
    this.#update(this.#loopRelease === undefined ? this.#setLoop : before, this.#capacity.database)
  }

  setDatabaseShare(share: number, now: number): void {
    const before = this.#capacity.database
    if (!this.isDatabaseLimited) {
      this.#held = 0
      this.#heldSince = undefined
    }
    this.#databaseShare = share
    this.#databaseRelease =
      share >= DATABASE_UNLIMITED && before !== Infinity
        ? new CapacityRelease(before, { ...DATABASE_STEPS, step: Math.max(1, this.#held) * DATABASE_PART }, now)
        : undefined
    this.#update(this.#capacity.loop, this.#databaseRelease === undefined ? this.#setDatabase : before)
  }

  /** Takes a look. */
  advance(now: number, view: LimitsView): Capacity {
    this.#watch(now, view.held)
    let { loop, database } = this.#capacity
    if (this.#loopRelease !== undefined) {
      loop = this.#loopRelease.advance(now, view)
      if (loop === Infinity) this.#loopRelease = undefined
    }
    if (this.#databaseRelease === undefined) database = this.#setDatabase
    else {
      // The event loop says nothing about the database. The steps alone make it slow.
      database = this.#databaseRelease.advance(now, { ...view, utilization: 0 })
      if (database === Infinity || database >= this.#held) {
        this.#databaseRelease = undefined
        database = Infinity
      }
    }
    return this.#update(loop, database)
  }

  /** Lifts every limit at once. The next call of a setter limits again. */
  lift(): void {
    this.#loopRelease = undefined
    this.#databaseRelease = undefined
    this.#loop = LOOP_UNLIMITED
    this.#databaseShare = DATABASE_UNLIMITED
    this.tryLoop(false)
    this.#update(Infinity, Infinity)
  }

  get #isLimiting(): boolean {
    return this.#loop < LOOP_UNLIMITED || this.#databaseShare < DATABASE_UNLIMITED
  }

  get #setLoop(): number {
    const loop = this.#loopOfTrial ?? this.#loop
    return loop >= LOOP_UNLIMITED ? Infinity : loop
  }

  /** At least one connection: a job that can take none would not be limited but stopped. */
  get #setDatabase(): number {
    if (this.#databaseShare >= DATABASE_UNLIMITED || this.#held === 0) return Infinity
    return Math.max(1, this.#held * this.#databaseShare)
  }

  #watch(now: number, held: number): void {
    if (this.#databaseShare >= DATABASE_UNLIMITED || held === 0) return
    this.#heldSince ??= now
    if (now - this.#heldSince <= WATCHED_MS) this.#held = Math.max(this.#held, held)
  }

  #update(loop: number, database: number): Capacity {
    if (loop !== this.#capacity.loop || database !== this.#capacity.database) this.#capacity = { loop, database }
    return this.#capacity
  }
}
