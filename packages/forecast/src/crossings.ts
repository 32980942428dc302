const HOUR_MS = 3_600_000
const TAUS_MS = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 168 * HOUR_MS] as const
/** Time constant of what an episode usually looks like, in episodes. */
const USUAL = 0.1

/** What has happened at one limit: shares of time above it, and how its episodes come and go. Durations in milliseconds. */
export class Crossings {
  readonly limit: number
  above = false
  samples = 0
  /** Samples at or above the limit. */
  samplesAbove = 0
  /** Exponential shares of the time above: an hour, six hours, a day, a week. */
  readonly shares: Float64Array = new Float64Array(TAUS_MS.length)
  /** Exponential count of episodes of the last six hours and of the last day. */
  recentEpisodes = 0
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

  constructor(limit: number) {
    this.limit = limit
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
    this.recentEpisodes *= 1 - passed / (6 * HOUR_MS + passed)
    this.dayEpisodes *= 1 - passed / (24 * HOUR_MS + passed)
    if (above) {
      this.samplesAbove++
      if (!this.above) this.#begin(nowMs)
      this.lastAboveMs = nowMs
    } else if (this.above) this.#end(nowMs)
    this.above = above
  }

  #begin(nowMs: number): void {
    this.recentEpisodes++
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

  toJSON(): readonly number[] {
    return [
      this.above ? 1 : 0,
      this.samples,
      this.samplesAbove,
      ...this.shares,
      this.recentEpisodes,
      this.dayEpisodes,
      this.episodes,
      this.lastAboveMs,
      this.lastStartMs,
      this.lastIntervalMs,
      this.usualIntervalMs,
      this.usualLengthMs,
      this.lastLengthMs,
      this.#lastMs,
    ]
  }

  restore(state: readonly number[]): void {
    this.above = state[0] === 1
    this.samples = state[1]!
    this.samplesAbove = state[2]!
    this.shares.set(state.slice(3, 7))
    this.recentEpisodes = state[7]!
    this.dayEpisodes = state[8]!
    this.episodes = state[9]!
    this.lastAboveMs = state[10]!
    this.lastStartMs = state[11]!
    this.lastIntervalMs = state[12]!
    this.usualIntervalMs = state[13]!
    this.usualLengthMs = state[14]!
    this.lastLengthMs = state[15]!
    this.#lastMs = state[16]!
  }
}
