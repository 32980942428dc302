import { HORIZON_MS } from './horizon.ts'
import type { Guard } from '../../words/response.ts'
import { ENOUGH_SAMPLES, FEWEST_SAMPLES } from './level-limits.ts'
import { Pace } from './pace.ts'
import { isListOf, isSavedWindow, isWithin, lastOf, samplesLeft, type SavedWindow } from './saved-window.ts'
import { samplesOfTrial, type StillToLearn } from './still-to-learn.ts'

/** Samples kept: an hour at a tick of 1 s, five and a half at 5 s, so that the daily course is not taken for noise. */
const CAPACITY = 4096
const FIRST_CAPACITY = 128

/** The default floor, as a share of the usual level. A lower value counts as the floor, since a logarithm needs one. */
const FLOOR = 0.01

/** Samples over which the usual level is averaged. */
const USUAL = 256

/** Logarithms of doubles are within this. */
const LARGEST_LOG = 750

/** What is kept of a level across restarts. */
export interface SavedLevel extends SavedWindow {
  readonly kind: 'level'
  readonly logs: readonly number[]
  readonly usual: number
}

/** The recent quiet values of a level as logarithms, turned so that up is worse. */
export class QuietLevel {
  readonly kind = 'level'
  readonly #sign: 1 | -1
  readonly #floor: number | undefined
  #ring = new Float32Array(FIRST_CAPACITY)
  #next = 0
  #count = 0
  /** How many of them are of this process. */
  #own = 0
  /** Whether those of earlier processes are around a level. */
  #hasVaried = false
  #usual = 0
  #pace = new Pace()
  #lastAt = Number.NEGATIVE_INFINITY
  /** The time between the samples, in sum: the usual time between two would count a missing one for each of them. */
  #spanMs = 0
  #shortestMs = Infinity

  constructor(spec: Guard) {
    this.#sign = spec.direction === 'down' ? -1 : 1
    this.#floor = spec.floor
  }

  /** Quiet samples of this process: only they say what the level is now. Those before them tell how much it varies. */
  get own(): number {
    return this.#own
  }

  /** Usual time between two samples in ms; 0 until there were two. */
  get tickMs(): number {
    return this.#pace.ms
  }

  /** When the newest sample came. */
  get lastAt(): number {
    return this.#lastAt
  }

  /** A number that was zero all the time has no level that a change could be relative to. */
  get alwaysZero(): boolean {
    return this.#usual === 0 && this.#floor === undefined
  }

  /** How much is missing until the noise is known and this process has a level; undefined when nothing is. */
  get stillToLearn(): StillToLearn | undefined {
    const { tickMs } = this
    const of = samplesOfTrial(ENOUGH_SAMPLES, tickMs)
    // The first sample stands for as much time as the closest two.
    const seenMs = tickMs > 0 ? this.#spanMs + Math.min(tickMs, this.#shortestMs) : 0
    const unseen = tickMs > 0 ? Math.ceil((HORIZON_MS - seenMs) / tickMs) : of - this.#count
    const missing = Math.max(ENOUGH_SAMPLES - this.#count, unseen, FEWEST_SAMPLES - this.#own)
    if (missing <= 0) return undefined
    const leftMs = tickMs > 0 ? missing * tickMs : undefined
    return { known: Math.max(0, of - missing), of, what: 'quiet samples', leftMs }
  }

  observe(now: number, value: number | undefined): void {
    if (value === undefined || !Number.isFinite(value) || now <= this.#lastAt) return
    const since = this.#pace.beat(now)
    if (since > 0) this.#shortestMs = Math.min(this.#shortestMs, since)
    this.#lastAt = now
    const size = Math.max(0, value)
    if (this.alwaysZero && size > 0) this.#forgetZeros()
    // The level is what this process sees: mixed with an earlier one, it would move while the number stays.
    const weight = this.#own === 0 || this.#usual === 0 ? 1 : Math.max(1 / USUAL, 1 / (this.#own + 1))
    this.#usual += (size - this.#usual) * weight
    this.#push(this.toLog(size), since)
    this.#own = Math.min(this.#own + 1, this.#count)
  }

  /** A value as it is compared: the larger, the worse. */
  toLog(value: number): number {
    const floor = this.#floor ?? this.#usual * FLOOR
    return this.#sign * Math.log(Math.max(value, floor, Number.MIN_VALUE))
  }

  /** Back from there. */
  fromLog(log: number): number {
    return Math.exp(this.#sign * log)
  }

  /** The samples, oldest first; a copy. */
  logs(): Float64Array {
    const logs = new Float64Array(this.#count)
    const older = this.#count === this.#ring.length ? this.#ring.subarray(this.#next) : this.#ring.subarray(0, 0)
    logs.set(older)
    logs.set(this.#ring.subarray(0, this.#count - older.length), older.length)
    return logs
  }

  /** Puts what an earlier process has learned before what this one has. Saved values of another kind change nothing. */
  resume(saved: unknown, now: number): void {
    if (!isSavedLevel(saved)) return
    const isZero = saved.usual === 0 && this.#floor === undefined
    // Zeros alone do not show how the number varies around a level.
    if (isZero && this.#usual > 0) return
    const own = this.alwaysZero && !isZero ? new Float64Array() : this.logs().subarray(this.#count - this.#own)
    this.#clear()
    for (const log of lastOf(saved.logs, samplesLeft(CAPACITY, saved.tickMs, saved.lastAt, now)))
      this.#push(log, saved.tickMs)
    for (const log of own) this.#push(log, this.tickMs)
    this.#own = own.length
    this.#hasVaried = !isZero
    if (this.#own === 0) this.#usual = saved.usual
    if (this.#pace.ms === 0) this.#pace = new Pace(saved.tickMs)
  }

  toJSON(): SavedLevel {
    const logs = [...this.logs()].map(log => +log.toFixed(3))
    return { kind: 'level', logs, usual: this.#usual, tickMs: this.#pace.ms, lastAt: this.#lastAt }
  }

  #push(log: number, spanMs: number): void {
    this.#spanMs += spanMs
    if (this.#count === this.#ring.length && this.#count < CAPACITY) {
      const longer = new Float32Array(this.#ring.length * 2)
      longer.set(this.logs())
      this.#next = this.#count
      this.#ring = longer
    }
    this.#ring[this.#next] = log
    this.#next = (this.#next + 1) % this.#ring.length
    this.#count = Math.min(this.#count + 1, this.#ring.length)
  }

  /** Zeros alone do not show how the number varies around a level. */
  #forgetZeros(): void {
    const earlier = this.#hasVaried ? this.logs().subarray(0, this.#count - this.#own) : []
    this.#clear()
    for (const log of earlier) this.#push(log, this.tickMs)
  }

  #clear(): void {
    this.#count = this.#next = this.#own = this.#spanMs = 0
  }
}

/** Whether a value is what `toJSON()` gives. */
export function isSavedLevel(saved: unknown): saved is SavedLevel {
  const { kind, logs, usual } = Object(saved) as Partial<Record<keyof SavedLevel, unknown>>
  return (
    kind === 'level' &&
    isListOf(logs, CAPACITY, -LARGEST_LOG, LARGEST_LOG) &&
    isWithin(usual, 0, Number.MAX_VALUE) &&
    isSavedWindow(saved)
  )
}
