import { Arena } from './learning/arena.ts'
import type { Saved } from './saved.ts'
import { load, save } from './saved.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Width of the buckets of which a week is kept. */
export const BUCKET_MS: number = 15 * MINUTE_MS
/** Buckets of a day. */
export const BUCKETS_A_DAY = 96
/** Buckets that are kept: a week, so that a weekday meets itself. */
export const BUCKETS_KEPT: number = 7 * BUCKETS_A_DAY
/** In a bucket without samples. Finite, because JSON has no infinity; the smallest that a float32 holds. */
export const EMPTY: number = -Math.fround(3.4e38)

/** Steps that are kept one by one. */
export const STEPS_KEPT = 32
/** More than so many steps between two samples count as so many: a gap is one sample late, not a new level for hours. */
const LONGEST_STEP = 8
/** A step that is larger than so many usual ones is an event; one reset or restart must not look like volatility for a day. */
const WILDEST_STEP = 8

/** Time constants of the exponential means. */
const MEAN_TAUS_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS] as const
/** Windows of closed buckets whose maxima are kept ready: 1 h, 3 h, 6 h, 1 day, 1 week, less the bucket that is open. */
const PEAK_BUCKETS = [3, 11, 23, BUCKETS_A_DAY - 1, BUCKETS_KEPT - 1] as const

const PEAKS = PEAK_BUCKETS.length
/** Places in {@link SeriesHistory.peaks}. */
export const PEAK = { last1h: 0, last3h: 1, last6h: 2, last24h: 3, last7d: 4 } as const
/** Places in {@link SeriesHistory.moments}: the means, the variances of values, and the mean squares of steps. */
export const MOMENT = {
  mean5m: 0,
  mean15m: 1,
  mean1h: 2,
  mean6h: 3,
  mean24h: 4,
  mean7d: 5,
  variance1h: 6,
  variance24h: 7,
  variance7d: 8,
  steps1h: 9,
  steps24h: 10,
} as const
const MOMENTS = Object.keys(MOMENT).length

/** How far a sample moved the clock. */
export type Advance = 'first' | 'late' | 'next' | 'jumped-back'

/**
 * Remembers a series independently of its limits: exponential moments (irregular sampling after Eckner, "Algorithms for
 * unevenly spaced time series", 2019: the weight of a sample is 1 - exp(-dt/tau)), the last 32 steps, and the peaks of a week
 * in quarters of an hour.
 */
export class SeriesHistory {
  readonly stepMs: number
  /** Steps in 5, 15 and 30 minutes, at least 1, 3 and 6. */
  readonly n5: number
  readonly n15: number
  readonly n30: number
  readonly intervalMs: number
  /** Wall clock of the last sample: phases of the day and of the hour. */
  wallMs = 0
  /** Runs with the samples and never backwards: durations. */
  nowMs = 0
  /** Between the last two samples. */
  passedMs = 0
  samples = 0
  value = 0
  readonly steps: Float32Array
  stepCount = 0
  #stepStartMs = 0
  readonly buckets: Float32Array
  /** Number of the open bucket since the epoch. */
  bucket = -1
  readonly peaks: Float64Array
  readonly moments: Float64Array
  readonly #weights: Float64Array
  readonly #arena = new Arena(8 * (PEAKS + MOMENTS + MEAN_TAUS_MS.length) + 4 * (STEPS_KEPT + BUCKETS_KEPT))
  #weightsOf = -1

  constructor(intervalMs: number, stepMs: number) {
    this.intervalMs = intervalMs
    this.stepMs = stepMs
    this.moments = this.#arena.float64(MOMENTS)
    this.peaks = this.#arena.float64(PEAKS).fill(EMPTY)
    this.#weights = this.#arena.float64(MEAN_TAUS_MS.length)
    this.steps = this.#arena.float32(STEPS_KEPT)
    this.buckets = this.#arena.float32(BUCKETS_KEPT).fill(EMPTY)
    this.n5 = Math.max(1, Math.round((5 * MINUTE_MS) / stepMs))
    this.n15 = Math.max(3, Math.round((15 * MINUTE_MS) / stepMs))
    this.n30 = Math.max(6, Math.round((30 * MINUTE_MS) / stepMs))
  }

  observe(timestampMs: number, value: number): Advance {
    const advance = this.#advance(timestampMs)
    if (advance === 'late') return advance
    this.samples++
    this.#learnMoments(value)
    this.value = value
    this.#learnStep(value)
    this.#learnBucket(value)
    return advance
  }

  #advance(timestampMs: number): Advance {
    if (this.samples === 0) {
      this.wallMs = timestampMs
      this.#weigh(this.intervalMs)
      return 'first'
    }
    const passed = timestampMs - this.wallMs
    if (passed <= 0) {
      // A sample that comes late says nothing new. A clock that jumps back would silence the series until it caught up.
      if (passed > -10 * this.intervalMs) return 'late'
      this.wallMs = timestampMs
      this.nowMs += this.intervalMs
      this.passedMs = this.intervalMs
      this.buckets.fill(EMPTY)
      this.bucket = -1
      return 'jumped-back'
    }
    this.wallMs = timestampMs
    this.nowMs += passed
    this.passedMs = passed
    this.#weigh(Math.min(passed, LONGEST_STEP * this.intervalMs))
    return 'next'
  }

  #weigh(passedMs: number): void {
    if (passedMs === this.#weightsOf) return
    this.#weightsOf = passedMs
    for (let i = 0; i < MEAN_TAUS_MS.length; i++) this.#weights[i] = 1 - Math.exp(-passedMs / MEAN_TAUS_MS[i]!)
  }

  #learnMoments(value: number): void {
    const { moments } = this
    const weights = this.#weights
    // A mean of n samples until its time constant has passed, so that the first value is not remembered for a week.
    const first = 1 / this.samples
    if (this.samples > 1) {
      const usual = Math.sqrt(moments[MOMENT.steps24h]!)
      let step = value - this.value
      if (this.samples > 30 && usual > 0) {
        const wildest = WILDEST_STEP * usual
        step = step > wildest ? wildest : step < -wildest ? -wildest : step
      }
      const firstStep = 1 / (this.samples - 1)
      const { mean1h, mean24h, steps1h, steps24h } = MOMENT
      moments[steps1h]! += Math.max(weights[mean1h]!, firstStep) * (step * step - moments[steps1h]!)
      moments[steps24h]! += Math.max(weights[mean24h]!, firstStep) * (step * step - moments[steps24h]!)
    }
    for (let i = 0; i < 6; i++) {
      const weight = weights[i]! > first ? weights[i]! : first
      const error = value - moments[i]!
      moments[i]! += weight * error
      // West, "Updating mean and variance estimates", CACM 22(9), 1979, with exponential weights.
      if (i === 2) moments[6] = (1 - weight) * (moments[6]! + weight * error * error)
      else if (i >= 4) moments[i + 3] = (1 - weight) * (moments[i + 3]! + weight * error * error)
    }
  }

  #learnStep(value: number): void {
    const last = (this.stepCount + STEPS_KEPT - 1) % STEPS_KEPT
    // Half an interval of tolerance: scrapes jitter.
    if (this.stepCount > 0 && this.nowMs - this.#stepStartMs < this.stepMs - this.intervalMs / 2) {
      if (value > this.steps[last]!) this.steps[last] = value
      return
    }
    this.steps[this.stepCount % STEPS_KEPT] = value
    this.stepCount++
    this.#stepStartMs = this.nowMs
  }

  #learnBucket(value: number): void {
    const bucket = Math.floor(this.wallMs / BUCKET_MS)
    if (bucket !== this.bucket) this.#openBucket(bucket)
    const slot = bucket % BUCKETS_KEPT
    if (value > this.buckets[slot]!) this.buckets[slot] = value
  }

  #openBucket(bucket: number): void {
    if (this.bucket < 0) this.bucket = bucket - 1
    const missed = Math.min(bucket - this.bucket, BUCKETS_KEPT)
    for (let i = 0; i < missed; i++) this.buckets[(bucket - i) % BUCKETS_KEPT] = EMPTY
    this.bucket = bucket
    let peak = EMPTY
    let back = 1
    for (let window = 0; window < PEAKS; window++) {
      for (; back <= PEAK_BUCKETS[window]!; back++) {
        const value = this.buckets[(bucket - back + BUCKETS_KEPT) % BUCKETS_KEPT]!
        if (value > peak) peak = value
      }
      this.peaks[window] = peak
    }
  }

  /** The highest value of so many buckets from one on, or {@link EMPTY}. */
  peakOf(bucket: number, count: number): number {
    const { buckets } = this
    let peak = EMPTY
    let slot = bucket % BUCKETS_KEPT
    for (let i = 0; i < count; i++) {
      const value = buckets[slot]!
      if (value > peak) peak = value
      if (++slot === BUCKETS_KEPT) slot = 0
    }
    return peak
  }

  save(): Saved {
    const { wallMs, nowMs, passedMs, samples, value, stepCount, bucket } = this
    const numbers = [wallMs, nowMs, passedMs, samples, value, stepCount, this.#stepStartMs, bucket, this.#weightsOf]
    return save(numbers, this.#arena)
  }

  restore(saved: Saved): void {
    const numbers = load(saved, 9, this.#arena) as Numbers
    ;[this.wallMs, this.nowMs, this.passedMs, this.samples, this.value, this.stepCount] = numbers
    this.#stepStartMs = numbers[6]
    this.bucket = numbers[7]
    this.#weightsOf = numbers[8]
  }
}

type Numbers = readonly [number, number, number, number, number, number, number, number, number]
