import { upperT, upperZ } from '@homeostat/judge'

/** False breaches of one window length in a trial of placebo, if its noise were as learned: five lengths, 0.25 % together. */
const ALPHA = 0.0005

/**
 * The same where samples come closer than quiet ones, 0.6 % together: that is if they have as much in common as they can have. Placebo
 * whose samples are independent is reverted in fewer than 0.1 % of the trials.
 */
const CLOSE_ALPHA = 0.0012

/** Neighbouring positions of a sliding window overlap, so a horizon of n samples holds about 2n/w chances, not n. */
const CHANCES = 2

/** Overlapping windows estimate a variance better than disjoint ones (Lo and MacKinlay, Review of Financial Studies 1988). */
const OVERLAP = 1.5

/** Fewer quiet samples of this process give no level to compare with. */
export const FEWEST_SAMPLES: number = 3

/** Fewer quiet samples than this say nothing about noise. */
export const ENOUGH_SAMPLES: number = 40

/** Lengths of the sliding windows in samples: short for disasters, long for what creeps. */
const WIDTHS = [3, 8, 24, 64, 180]

/** While noise is not known, windows of fewer ticks are a hard stop at twice the quiet level. */
const HARD_STOP = 8
const DOUBLING = Math.LN2

/** From this tick on two samples are as much time as a disaster should get. */
const SLOW_TICK_MS = 2500

export function windowWidths(tickMs: number): readonly number[] {
  return tickMs < SLOW_TICK_MS ? WIDTHS : [2, ...WIDTHS]
}

/**
 * The window lengths where `stride` samples come in the time of one quiet sample. The shortest one spans more than that time: a
 * value that stays as it is between two ticks must not count as many.
 */
const CLOSE_WIDTHS = [2, 5, 12, 36]

/** Closer samples say hardly more, and their windows would take memory. */
export const MOST_STRIDE: number = 16

export function closeWindowWidths(stride: number): readonly number[] {
  return [stride + 1, ...CLOSE_WIDTHS.map(width => width * stride)]
}

/** Lengths of the stretch before the trial that is its reference; the one that foretold best when it was quiet is used. */
const REFERENCES = [64, 256, 1024]

/** Deviations computed for each length; more would cost milliseconds of the loop and say little more. */
const POSITIONS = 300

/** With fewer deviations the upper 1 % is one or two of them, and the t quantile already pays for not knowing the tail. */
const ENOUGH_FOR_FAR = 150

/** Normal quantile of 95 %. */
const POWER = 1.645

/** How far a window's mean may lie above the reference, in log units, and what it takes to see a change. */
export interface LevelLimit {
  readonly width: number
  readonly limit: number
  /** A change of this size is beyond the limit in 95 % of the cases. */
  readonly seen: number
  readonly source: 'the margin' | 'learned from quiet noise' | 'a doubling, noise is not known yet'
}

export interface LevelLimits {
  /** The mean log of the reference stretch. */
  readonly reference: number
  readonly limits: readonly LevelLimit[]
}

/** How a trial is watched. */
export interface Watching {
  readonly margin: number
  /** Samples of the trial. */
  readonly horizon: number
  /** Lengths of its windows, shortest first. @default those of a tick of a second */
  readonly widths?: readonly number[]
  /** How many of the quiet samples, the newest, are of this process. @default all */
  readonly own?: number
  /** Samples of the trial in the time of one quiet sample. @default 1 */
  readonly stride?: number
}

/**
 * The limits of a trial, from quiet samples as logs (oldest first, up is worse).
 *
 * For each window length w the deviation "mean of w samples less the reference that ended a horizon before" is
 * calculated all over the quiet stretch. So autocorrelation, heavy tails, drift over a horizon and the error of the
 * reference are all in its spread, without a model of them. The limit is the larger of the margin and the t quantile of
 * that spread, at a level that shares {@link ALPHA} over the positions of the window in the trial.
 *
 * Only samples of this process say what the level is: a deployment may have changed it. Those before them tell how much it varies.
 */
export function levelLimits(logs: Float64Array, watching: Watching): LevelLimits {
  const { margin, horizon, widths = WIDTHS, own = logs.length, stride = 1 } = watching
  const sums = prefixSums(logs)
  if (logs.length < ENOUGH_SAMPLES)
    return marginAlone(sums, { own, margin, widths: widths.slice(-WIDTHS.length), stride })
  const quarter = Math.floor(logs.length / 4)
  const alpha = stride > 1 ? CLOSE_ALPHA : ALPHA
  const quietHorizon = Math.ceil(horizon / stride)
  const lag = Math.min(quietHorizon, Math.floor(logs.length / 8))
  const judged = Math.min(24, quarter)
  const lengths = REFERENCES.map(length => Math.min(length, quarter, own))
  const spreads = lengths.map(length => spreadOf(sums, { length, lag, width: judged }))
  const length = lengths[spreads.indexOf(Math.min(...spreads))]!
  const single = spreadOf(sums, { length, lag, width: 1 })

  const bounds: { width: number; p: number; bound: number }[] = []
  let wandering = 0
  // A mean over more samples never varies more: if a long window was seen too seldom, the limit of the shorter one stands.
  let bound = Number.POSITIVE_INFINITY
  for (const width of widths) {
    if (width > Math.max(horizon, widths[0]!)) break
    const p = Math.min(0.5, (alpha * width) / (CHANCES * Math.max(horizon, width)))
    const quietWidth = Math.max(1, width / stride)
    if (quietWidth <= quarter) {
      const spread = closeSpreadOf(sums, { length, lag, width }, stride)
      // Integrated autocorrelation time in samples, from how slowly the variance of a mean falls with its length.
      const memory = single === 0 ? 1 : quietWidth * (spread / single) ** 2
      const degrees = (OVERLAP * (logs.length - length - lag)) / Math.max(quietWidth, memory) - 1
      wandering = wanderingOf({ single, spread, width: quietWidth, length, degrees })
      bound = Math.min(bound, (spread * upperT(p, degrees)) / upperZ(p))
    }
    bounds.push({ width, p, bound })
  }
  // Values further apart than the learned ones may differ more: like a random walk, as far as the level does wander.
  const unseen = wandering * Math.max(0, quietHorizon / lag - 1)
  const limits = bounds.map(each => limitOf({ ...each, bound: Math.sqrt(each.bound ** 2 + unseen) }, margin))
  return { reference: meanOf(sums, logs.length - length, logs.length), limits }
}

function limitOf({ width, p, bound }: { width: number; p: number; bound: number }, margin: number): LevelLimit {
  const quantile = bound * upperZ(p)
  const limit = Math.max(margin, quantile)
  const source = quantile > margin ? 'learned from quiet noise' : 'the margin'
  return { width, limit, seen: limit + bound * POWER, source }
}

/** Too little is known to distinguish noise from harm: the margin is the limit, and a few samples decide only when they double. */
function marginAlone(
  sums: Float64Array,
  { own, margin, widths, stride }: Required<Omit<Watching, 'horizon'>>,
): LevelLimits {
  const limits = widths.map((width): LevelLimit => {
    if (width >= HARD_STOP * stride || margin >= DOUBLING)
      return { width, limit: margin, seen: margin, source: 'the margin' }
    return { width, limit: DOUBLING, seen: DOUBLING, source: 'a doubling, noise is not known yet' }
  })
  return { reference: meanOf(sums, sums.length - 1 - own, sums.length - 1), limits }
}

/**
 * Variance of a window's mean that independent samples do not explain: 0 where each is for itself, nearly all of it where
 * the level wanders. Less one standard error, so that a short history of independent samples is taken for what it is.
 */
function wanderingOf(seen: { single: number; spread: number; width: number; length: number; degrees: number }): number {
  const independent = (1 / seen.width + 1 / seen.length) / (1 + 1 / seen.length)
  const error = 1 + Math.sqrt(2 / Math.max(1, seen.degrees))
  return Math.max(0, seen.spread ** 2 - independent * error * seen.single ** 2)
}

/**
 * The most that the mean of a window can spread whose samples come `stride` times as often as the quiet ones. They are that many
 * rows, each as far apart as the quiet samples. Nobody knows how much the rows have in common, but the spread of their mean is never more
 * than the mean of their spreads (Minkowski's inequality). So nothing is assumed of what happens between two ticks.
 */
function closeSpreadOf(
  sums: Float64Array,
  window: { length: number; lag: number; width: number },
  stride: number,
): number {
  const samples = Math.floor(window.width / stride)
  const longerRows = window.width % stride
  const part = (rows: number, width: number): number =>
    rows * width === 0 ? 0 : rows * width * spreadOf(sums, { ...window, width })
  return (part(longerRows, samples + 1) + part(stride - longerRows, samples)) / window.width
}

/** Spread of the deviations in units of a normal's sigma: their root mean square, or more where the bad tail is heavier. */
function spreadOf(sums: Float64Array, { length, lag, width }: { length: number; lag: number; width: number }): number {
  const first = length + lag
  const last = sums.length - 1 - width
  const count = last - first + 1
  if (count < 1) return Number.POSITIVE_INFINITY
  const stride = Math.max(1, Math.ceil(count / POSITIONS))
  const deviations = new Float64Array(Math.ceil(count / stride))
  let squares = 0
  for (let index = 0; index < deviations.length; index++) {
    const at = first + index * stride
    const deviation = meanOf(sums, at, at + width) - meanOf(sums, at - lag - length, at - lag)
    deviations[index] = deviation
    squares += deviation * deviation
  }
  const spread = Math.sqrt(squares / deviations.length)
  return deviations.length < ENOUGH_FOR_FAR ? spread : Math.max(spread, quantile(deviations.toSorted(), 0.99) / 2.326)
}

function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!
}

function prefixSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1)
  for (let index = 0; index < values.length; index++) sums[index + 1] = sums[index]! + values[index]!
  return sums
}

function meanOf(sums: Float64Array, from: number, to: number): number {
  return (sums[to]! - sums[from]!) / (to - from)
}
