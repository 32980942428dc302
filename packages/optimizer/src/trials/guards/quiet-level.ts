import type { Guard } from '../../words/response.ts'
import { Pace } from './pace.ts'

/** Samples kept: an hour at a tick of 1 s, five and a half at 5 s, so that the daily course is not taken for noise. */
const CAPACITY = 4096
const FIRST_CAPACITY = 128

/** The default floor, as a share of the usual level. A lower value counts as the floor, since a logarithm needs one. */
const FLOOR = 0.01

/** Samples over which the usual level is averaged. */
const USUAL = 256

interface SavedLevel {
  readonly kind: 'level'
  readonly logs: readonly number[]
  readonly usual: number
  readonly tickMs: number
  readonly lastAt: number
}

/** The recent quiet values of a level as logarithms, turned so that up is worse. */
export class QuietLevel {
  readonly kind = 'level'
  readonly #sign: 1 | -1
  readonly #floor: number | undefined
  #ring = new Float32Array(FIRST_CAPACITY)
  #next = 0
  #count = 0
  #usual = 0
  #pace = new Pace()
  #lastAt = Number.NEGATIVE_INFINITY

  constructor(spec: Guard, saved?: unknown) {
    this.#sign = spec.direction === 'down' ? -1 : 1
    this.#floor = spec.floor
    if (isSavedLevel(saved)) this.#restore(saved)
  }

  /** Quiet samples known. */
  get count(): number {
    return this.#count
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

  observe(now: number, value: number | undefined): void {
    if (value === undefined || !Number.isFinite(value) || now <= this.#lastAt) return
    this.#pace.beat(now)
    this.#lastAt = now
    const size = Math.max(0, value)
    const weight = this.#usual === 0 ? 1 : Math.max(1 / USUAL, 1 / (this.#count + 1))
    // Zeros alone do not show how the number varies around a level.
    if (this.alwaysZero && size > 0) this.#count = this.#next = 0
    this.#usual += (size - this.#usual) * weight
    this.#push(this.toLog(size))
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

  toJSON(): SavedLevel {
    const logs = [...this.logs()].map(log => +log.toFixed(3))
    return { kind: 'level', logs, usual: this.#usual, tickMs: this.#pace.ms, lastAt: this.#lastAt }
  }

  #push(log: number): void {
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

  #restore(saved: SavedLevel): void {
    for (const log of saved.logs.slice(-CAPACITY)) this.#push(log)
    this.#usual = saved.usual
    this.#pace = new Pace(saved.tickMs)
    this.#lastAt = saved.lastAt
  }
}

function isSavedLevel(saved: unknown): saved is SavedLevel {
  if (typeof saved !== 'object' || saved === null) return false
  const { kind, logs, usual, tickMs, lastAt } = saved as Partial<Record<keyof SavedLevel, unknown>>
  return (
    kind === 'level' &&
    Array.isArray(logs) &&
    logs.every(Number.isFinite) &&
    [usual, tickMs, lastAt].every(number => Number.isFinite(number) && (number as number) >= 0)
  )
}
