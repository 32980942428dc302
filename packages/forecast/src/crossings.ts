import type { Arena } from './learning/arena.ts'

const HOUR_MS = 3_600_000
/** Places in {@link Crossings.shares}. */
export const SHARE = { of1h: 0, of6h: 1, of24h: 2, of7d: 3 } as const
const TAUS_MS = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 168 * HOUR_MS] as const
/** Time constant of what an episode usually looks like, in episodes. */
const USUAL = 0.1

/** What has happened at one limit: shares of time above it, and how its episodes come and go. Durations in milliseconds. */
export class Crossings {
  static readonly bytes: number = 8 * TAUS_MS.length

  readonly limit: number
  above = false
  samples = 0
  /** Samples at or above the limit. */
  samplesAbove = 0
  /** Exponential shares of the time above; see {@link SHARE}. */
  readonly shares: Float64Array
  /** Exponential count of the episodes of a day. */
  dayEpisodes = 0
  episodes = 0
  /** When the series was last at or above the limit; -1 when it never was. */
  lastAboveMs = -1
  /** When the last episode began, and how long after the one before it; -1 for never. */
  lastStartMs = -1
  lastIntervalMs = -1
  usualIntervalMs = 0
  usualLengthMs = 0
  lastLengthMs = 0
  #lastMs = 0

  constructor(limit: number, arena: Arena) {
    this.limit = limit
    this.shares = arena.float64(TAUS_MS.length)
  }

  observe(nowMs: number, value: number, intervalMs: number): void {
    const passed = this.samples === 0 ? intervalMs : Math.min(nowMs - this.#lastMs, 8 * intervalMs)
    this.#lastMs = nowMs
    this.samples++
    const above = value >= this.limit
    const now = above ? 1 : 0
    const first = 1 / (this.samples + 1)
    for (let i = 0; i < TAUS_MS.length; i++) {
      const weight = passed / (TAUS_MS[i]! + passed)
      this.shares[i]! += (weight > first ? weight : first) * (now - this.shares[i]!)
    }
    this.dayEpisodes *= 1 - passed / (24 * HOUR_MS + passed)
    if (above) {
      this.samplesAbove++
      if (!this.above) this.#begin(nowMs)
      this.lastAboveMs = nowMs
    } else if (this.above) this.#end(nowMs)
    this.above = above
  }

  #begin(nowMs: number): void {
    this.dayEpisodes++
    if (this.lastStartMs >= 0) {
      this.lastIntervalMs = nowMs - this.lastStartMs
      const weight = Math.max(USUAL, 1 / this.episodes)
      this.usualIntervalMs += weight * (this.lastIntervalMs - this.usualIntervalMs)
    }
    this.lastStartMs = nowMs
    this.episodes++
  }

  #end(nowMs: number): void {
    this.lastLengthMs = nowMs - this.lastStartMs
    this.usualLengthMs += Math.max(USUAL, 1 / this.episodes) * (this.lastLengthMs - this.usualLengthMs)
  }

  save(): readonly number[] {
    return [
      this.above ? 1 : 0,
      this.samples,
      this.samplesAbove,
      this.dayEpisodes,
      this.episodes,
      this.lastAboveMs,
      this.lastStartMs,
      this.lastIntervalMs,
      this.usualIntervalMs,
      this.lastLengthMs,
      this.usualLengthMs,
      this.#lastMs,
    ]
  }

  restore(numbers: readonly number[]): void {
    this.above = numbers[0] === 1
    this.samples = numbers[1]!
    this.samplesAbove = numbers[2]!
    this.dayEpisodes = numbers[3]!
    this.episodes = numbers[4]!
    this.lastAboveMs = numbers[5]!
    this.lastStartMs = numbers[6]!
    this.lastIntervalMs = numbers[7]!
    this.usualIntervalMs = numbers[8]!
    this.lastLengthMs = numbers[9]!
    this.usualLengthMs = numbers[10]!
    this.#lastMs = numbers[11]!
  }
}
