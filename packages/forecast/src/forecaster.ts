import type { PredictedPeak } from './predicted-peak.ts'
import { ForecastStateError } from './errors.ts'
import type { Explanation } from './explanation/explanation.ts'
import { explainSituation } from './explanation/explanation.ts'
import { Traits } from './features/traits.ts'
import { sigmoid } from './learning/logit.ts'
import type { Model } from './model.ts'
import { decodeModel } from './model.ts'
import type { ForecastOptions } from './options.ts'
import { checkHorizon, checkOptions, checkThreshold } from './options.ts'
import type { Score } from './learning/running-score.ts'
import type { Saved } from './saved.ts'
import { SeriesHistory } from './series-history.ts'
import { Situation } from './situation.ts'
import { Target } from './target.ts'
import weights from './weights.json' with { type: 'json' }

/** Before that a forecaster knows too little to be acted on. */
const SILENT_MS = 10 * 60_000
const LEAST_SAMPLES = 3
/** Limits times horizons that are kept; the one that was asked for the longest ago makes room. */
const MOST_TARGETS = 16
/** Steps to the nearest horizon, at most: finer samples are taken together. */
const STEPS_TO_HORIZON = 16
/** With fewer a regression has learned little but that nothing happens, which another limit must not begin with. */
const ENOUGH_CROSSINGS = 30
const VERSION = 1
/** Fits in a float32, and its square stays finite. */
const LARGEST = 1e38
/** The last moment of a Date. */
const LATEST_MS = 8.64e15

/** What {@link Forecaster.prediction} says. */
export interface Prediction {
  /** The probability of a sample at or above the threshold within the horizon; 1 when the series is there already. */
  readonly probability: number
  /** 0 to 1: how far the probability can be relied on. 0 while not `ready`. */
  readonly confidence: number
  /** False in the first ten minutes: nobody should act on it. */
  readonly ready: boolean
  /** When the crossing would come: how long it usually took when one followed. 0 when it is there already. */
  readonly expectedInMs: number
}

/** Everything a forecaster knows, for `JSON.stringify`. */
export interface ForecasterState {
  readonly version: number
  readonly intervalMs: number
  readonly ignored: number
  readonly censoredUntilMs: number
  readonly history: Saved
  readonly targets: readonly { readonly threshold: number; readonly horizonMs: number; readonly saved: Saved }[]
}

// Models are decoded when a forecaster first needs them, and shared by all that do. The shipped one is a static import,
// because that is what Node, `require()` and bundlers all follow; a file that is read when it is needed is lost in a bundle.
const decoded = new WeakMap<object, Model>()
// Written anew with every question: forecasters do not overlap, and none needs one of its own.
const situation = new Situation()

/** One series; see {@link create}. */
export class Forecaster {
  readonly #options: ForecastOptions
  readonly #model: Model
  readonly #history: SeriesHistory
  /** The one that was asked for last comes last. */
  readonly #targets: Target[] = []
  #censoredUntilMs = -1
  /** Samples that were not numbers or came late. */
  #ignored = 0

  constructor(options: ForecastOptions) {
    checkOptions(options)
    this.#options = options
    const data = options.model ?? weights
    this.#model = decoded.get(data) ?? decodeModel(data)
    decoded.set(data, this.#model)
    const stepMs = Math.max(options.intervalMs, Math.min(...options.horizonsMs) / STEPS_TO_HORIZON)
    this.#history = new SeriesHistory(options.intervalMs, stepMs)
    for (const threshold of options.thresholds)
      for (const horizonMs of options.horizonsMs) this.#add(threshold, horizonMs)
  }

  /** Samples that were left out: not finite, or not later than the last one. */
  get ignored(): number {
    return this.#ignored
  }

  /**
   * Takes one sample in. Never throws: a value that is not finite (or beyond ±1e38) and a time that is not finite, or not later
   * than the last one, are left out and counted in {@link ignored}. A clock that jumps back by more than ten intervals is
   * followed.
   *
   * @param timestampMs milliseconds since the epoch
   */
  observe(timestampMs: number, value: number): void {
    if (!(Math.abs(value) <= LARGEST && timestampMs >= 0 && timestampMs <= LATEST_MS)) {
      this.#ignored++
      return
    }
    const advance = this.#history.observe(timestampMs, value)
    if (advance === 'late') {
      this.#ignored++
      return
    }
    if (advance === 'jumped-back') this.#censoredUntilMs = -1
    const learning = timestampMs >= this.#censoredUntilMs
    for (const target of this.#targets) target.observe(this.#history, learning, situation)
  }

  /**
   * Probability of at least one sample at or above a threshold within a horizon from the last sample on: 1 when that sample
   * is there already, 0.1 before three samples. Check {@link prediction} for `ready` before acting on it.
   *
   * A threshold or horizon that is new is watched from now on, with what the nearest one has learned; 16 are kept.
   *
   * @throws {ForecastArgumentError} for a threshold that is not finite or a horizon below one interval
   */
  probability(threshold: number, horizonMs: number): number {
    const target = this.#target(threshold, horizonMs)
    if (this.#history.samples < LEAST_SAMPLES) return target.experience.baseRate
    if (this.#history.value >= threshold) return 1
    return sigmoid(target.logOdds(this.#history, situation))
  }

  /**
   * How far a probability can be relied on, 0 to 1: 0 in the first ten minutes; then one minus the width of the interval
   * that a standard deviation of the log odds spans, times (n + 10) / (n + 60) for n known outcomes.
   */
  confidence(threshold: number, horizonMs: number): number {
    return this.prediction(threshold, horizonMs).confidence
  }

  /** The probability with what one needs to act on it. */
  prediction(threshold: number, horizonMs: number): Prediction {
    const { nowMs, samples, value } = this.#history
    const target = this.#target(threshold, horizonMs)
    const probability = this.probability(threshold, horizonMs)
    const ready = nowMs >= SILENT_MS && samples >= LEAST_SAMPLES
    const above = samples > 0 && value >= threshold
    const expectedInMs = above ? 0 : target.experience.usualLead * horizonMs
    if (!ready) return { probability, confidence: 0, ready, expectedInMs }
    const { outcomes } = target.experience
    return { probability, confidence: above ? 1 : certaintyOf(probability, outcomes), ready, expectedInMs }
  }

  /**
   * The highest value within a horizon from the last sample on, as far as earlier rises show it: half of them led no higher than `median`, and
   * nine of ten no higher than `high`. Undefined before the first outcome.
   */
  peak(threshold: number, horizonMs: number): PredictedPeak | undefined {
    const { tail } = this.#target(threshold, horizonMs).experience
    const [median, high] = [tail.quantile(0.5), tail.quantile(0.9)]
    if (median === undefined || high === undefined) return undefined
    const { value } = this.#history
    return { from: value, median: value + median, high: value + high }
  }

  /** How good the forecasts of a threshold and horizon have been so far. */
  score(threshold: number, horizonMs: number): Score {
    const { score, experience } = this.#target(threshold, horizonMs)
    return score.read(experience.outcomes, experience.crossed, experience.baseRate)
  }

  /** What a probability is made of, in words and log odds. */
  explain(threshold: number, horizonMs: number): Explanation {
    const target = this.#target(threshold, horizonMs)
    const probability = this.probability(threshold, horizonMs)
    return explainSituation(probability, situation, this.#history, target, this.#options.unit === 'ratio')
  }

  /**
   * Learns nothing from now until a time: the samples after an action of ours do not show what would have followed without it.
   * Samples are still taken in.
   */
  censor(untilMs: number): void {
    if (untilMs > this.#censoredUntilMs) this.#censoredUntilMs = untilMs
  }

  toJSON(): ForecasterState {
    return {
      version: VERSION,
      intervalMs: this.#options.intervalMs,
      ignored: this.#ignored,
      censoredUntilMs: this.#censoredUntilMs,
      history: this.#history.save(),
      targets: this.#targets.map(target => {
        const { limit: threshold, horizonMs } = target.experience
        return { threshold, horizonMs, saved: target.save() }
      }),
    }
  }

  /**
   * Goes on from a saved state as if there had been no restart; the gap is noticed with the next sample.
   *
   * @throws {ForecastStateError} when it is of another release or interval, or damaged; the forecaster is then as before
   */
  restore(state: ForecasterState): void {
    if (state?.version !== VERSION) throw new ForecastStateError(`it has version ${state?.version}, not ${VERSION}`)
    if (state.intervalMs !== this.#options.intervalMs)
      throw new ForecastStateError(`its interval is ${state.intervalMs} ms, not ${this.#options.intervalMs} ms`)
    const before = this.toJSON()
    try {
      this.#restore(state)
    } catch (error) {
      this.#restore(before)
      if (error instanceof ForecastStateError) throw error
      throw new ForecastStateError('it is damaged', { cause: error })
    }
  }

  #restore(state: ForecasterState): void {
    const { ignored, censoredUntilMs } = state
    if (
      !Number.isSafeInteger(ignored) ||
      !(Math.abs(censoredUntilMs) <= LATEST_MS) ||
      state.targets.length > MOST_TARGETS
    )
      throw new ForecastStateError('it has values outside the range that a forecaster writes')
    const targets = state.targets.map(({ threshold, horizonMs, saved }) => {
      checkThreshold(threshold)
      checkHorizon(horizonMs, this.#options.intervalMs)
      const target = this.#create(threshold, horizonMs)
      target.restore(saved)
      return target
    })
    this.#history.restore(state.history)
    this.#ignored = ignored
    this.#censoredUntilMs = censoredUntilMs
    this.#targets.splice(0, this.#targets.length, ...targets)
    // The options may watch more than they did when the state was saved.
    for (const threshold of this.#options.thresholds)
      for (const horizonMs of this.#options.horizonsMs) this.#target(threshold, horizonMs)
  }

  #target(threshold: number, horizonMs: number): Target {
    const targets = this.#targets
    for (let i = targets.length - 1; i >= 0; i--) {
      const target = targets[i]!
      const { limit, horizonMs: own } = target.experience
      if (limit !== threshold || own !== horizonMs) continue
      if (i < targets.length - 1) targets.push(...targets.splice(i, 1))
      return target
    }
    checkThreshold(threshold)
    checkHorizon(horizonMs, this.#options.intervalMs)
    return this.#add(threshold, horizonMs)
  }

  #add(threshold: number, horizonMs: number): Target {
    const target = this.#create(threshold, horizonMs)
    const distance = ({ experience: { limit } }: Target): number => Math.abs(limit - threshold)
    const nearest = this.#targets
      .filter(({ experience }) => experience.horizonMs === horizonMs && experience.crossed >= ENOUGH_CROSSINGS)
      .toSorted((a, b) => distance(a) - distance(b))[0]
    if (nearest) target.experience.learnFrom(nearest.experience)
    target.experience.recall(this.#history)
    if (this.#targets.length === MOST_TARGETS) this.#targets.shift()
    this.#targets.push(target)
    return target
  }

  #create(threshold: number, horizonMs: number): Target {
    const { kind, unit = 'abs' } = this.#options
    const traits = new Traits(kind, unit, this.#history.stepMs, horizonMs)
    return new Target(threshold, horizonMs, this.#history, traits, this.#model)
  }
}

function certaintyOf(probability: number, outcomes: number): number {
  const odds = Math.log(probability / (1 - probability))
  const deviation = Math.sqrt(situation.learned.onlineVariance)
  const width = sigmoid(odds + deviation) - sigmoid(odds - deviation)
  return ((1 - width) * (outcomes + 10)) / (outcomes + 60)
}

/**
 * A forecaster of one series: how probable it is that a threshold is reached within a horizon. Learns with every sample, in
 * constant time and memory, and without side effects.
 *
 * @example
 * ```ts
 * const cpu = create({ kind: 'cpu', unit: 'ratio', intervalMs: 10_000, thresholds: [0.7], horizonsMs: [900_000] })
 * cpu.observe(now, 0.42)
 * const { probability, ready } = cpu.prediction(0.7, 900_000)
 * ```
 *
 * @throws {ForecastArgumentError} for options that mean nothing
 */
export function create(options: ForecastOptions): Forecaster {
  return new Forecaster(options)
}
