import { percent } from './percent.ts'
import { type Episode, type Measured, type Sample, ascending, measure, median, quantile } from './episode.ts'
import { trend } from './trend.ts'
import { WORTH } from './worth.ts'

/** What a history says about a baseline that rises whatever the action does. */
export interface Leak {
  /** `leak`: the action only buys time. `suspected`: not proven, but enough not to credit the action yet. */
  readonly evidence: 'none' | 'suspected' | 'leak'
  /** One line that names it. */
  readonly reason: string
}

/** The episodes of an action that may only treat a symptom. */
export interface PalliativeInput {
  readonly acts: readonly Episode[]
  readonly controls: readonly Episode[]
  /** Which way is better; a leak goes the other way. */
  readonly direction: 'up' | 'down'
  /** @default 0.15 */
  readonly worth?: number
  /** Samples of the quantity that leaks, where it is another one than the episodes show (e.g. the heap's floor after collections). */
  readonly gauge?: readonly Sample[]
}

/** A proof is hard to get, since a load that rises all morning looks like a leak. `rise`: share of `worth`. */
const LEAK = { p: 0.001, rise: 2 / 3 }

/**
 * A doubt is easy to raise, since it only postpones a verdict; in a short history at once: there a leak has had no time to
 * show, and the next look is soon.
 */
const DOUBT = { p: 0.03, rise: 1 / 5, shortHistory: 24, pShort: 0.2 }

/** Fewer points have no trend to speak of; the pace of coming back needs no test, so fewer will do. */
const MIN_POINTS = 6
const MIN_ALONE = 6
const MIN_RETURNS = 4

/** Two paces within this factor are one: a rule fires at peaks of the noise, so that what follows seems to rise less than it does. */
const ALIKE = 3

/**
 * As regular as a clock: the middle half of the times lies within a third of the median (of waiting times without memory it is
 * 1.6 medians wide), and a cure buys several times the time that passes without one.
 */
const CLOCK = { returns: 12, doubtfulReturns: 4, width: 0.35, gain: 3 }

/** The trend must show in both halves: a single step up is a change of level, not a leak. */
const HALF_P = 0.1

/**
 * Whether a cure is needed again and again because a baseline keeps rising. It does when
 * - the level before each episode, or the floor the action reaches, or `gauge`, rises steadily over the whole history, or
 * - left alone (in controls) the value goes on rising at the pace at which it comes back after each cure, or
 * - the rule fires again after each cure as regularly as a clock, and much sooner without one.
 *
 * A rule that re-fires by itself shows none of these: its baseline has no trend, and left alone the value falls back.
 *
 * @example
 * ```ts
 * const { evidence, reason } = palliative({ acts, controls, direction: 'down' })
 * ```
 */
export function palliative({ acts, controls, direction, worth = WORTH, gauge }: PalliativeInput): Leak {
  return leakIn(measure(acts, controls).episodes, direction, worth, gauge)
}

export function leakIn(
  episodes: readonly Measured[],
  direction: 'up' | 'down',
  worth: number,
  gauge: readonly Sample[] = [],
): Leak {
  const acts = episodes.filter(({ arm, after }) => arm === 'act' && after.length > 0)
  const floor = direction === 'down' ? 0.25 : 0.75
  const terms = { direction, worth, short: episodes.length < DOUBT.shortHistory }
  const levels = episodes.map(({ beforeAt, before }): Sample => [beforeAt, before])
  const floors = acts.map(({ afterAt, after }): Sample => [afterAt, quantile(after, floor)])
  const gauged = gauge.filter(([, value]) => Number.isFinite(value))
  const leaks = [
    rising('the level before each episode', levels, terms),
    rising('the floor that the action reaches', floors, terms),
    rising('the gauge', gauged, terms),
    returning(episodes, terms),
    punctual(episodes),
  ]
  return (
    leaks.find(({ evidence }) => evidence === 'leak') ??
    leaks.find(({ evidence }) => evidence === 'suspected') ?? { evidence: 'none', reason: 'no baseline keeps rising' }
  )
}

interface Terms {
  readonly direction: 'up' | 'down'
  readonly worth: number
  /** Fewer episodes than a trend needs to show. */
  readonly short: boolean
}

function rising(name: string, samples: readonly Sample[], { direction, worth, short }: Terms): Leak {
  const none: Leak = { evidence: 'none', reason: `${name} has no trend` }
  const sign = direction === 'down' ? 1 : -1
  const points = samples.filter(([, value]) => value > 0).map(([ms, value]): Sample => [ms, sign * Math.log(value)])
  if (points.length < MIN_POINTS) return none
  const { slope, pRising, pIndependent } = trend(points)
  const span = points.at(-1)![0] - points[0]![0]
  const rise = Math.expm1(slope * span)
  const middle = points.length >> 1
  const steady = (): boolean =>
    trend(points.slice(0, middle)).pRising <= HALF_P && trend(points.slice(middle)).pRising <= HALF_P
  const reason = `${name} keeps ${sign > 0 ? 'rising' : 'falling'}: by ${percent(rise)} over ${duration(span)} and ${points.length} episodes`
  if (pRising <= LEAK.p && rise >= LEAK.rise * worth && steady()) return { evidence: 'leak', reason }
  const doubtful = short ? pIndependent <= DOUBT.pShort : pRising <= DOUBT.p
  if (doubtful && rise >= DOUBT.rise * worth) return { evidence: 'suspected', reason }
  return none
}

/** The sawtooth: a cure that works each time, against something that never stops. */
function returning(episodes: readonly Measured[], { direction, short }: Terms): Leak {
  const sign = direction === 'down' ? 1 : -1
  const log = (value: number): number => sign * Math.log(value)
  // From control to the next episode both levels are such that the rule fires, so neither is likely to fall back by itself.
  const alone = episodes.flatMap(({ arm, before, after, beforeAt, afterAt }, index) => {
    const next = episodes[index + 1]
    const [to, at] = next ? [next.before, next.beforeAt] : [quantile(after, 0.5), afterAt]
    const rise = log(to) - log(before)
    return arm === 'control' && Number.isFinite(rise) && at > beforeAt ? { rise, pace: rise / (at - beforeAt) } : []
  })
  const comingBack = episodes.flatMap((episode, index) => {
    const next = episodes[index + 1]
    const pace = next && (log(next.before) - log(quantile(episode.after, 0.5))) / (next.beforeAt - episode.afterAt)
    return episode.arm === 'act' && pace !== undefined && Number.isFinite(pace) ? pace : []
  })
  const none: Leak = { evidence: 'none', reason: 'left alone it does not keep rising' }
  if (alone.length < MIN_ALONE || comingBack.length < MIN_RETURNS) return none
  const pace = median(alone.map(one => one.pace))
  const back = median(comingBack)
  const p = signP(alone.filter(({ rise }) => rise > 0).length, alone.length)
  const alike = pace > 0 && back > pace / ALIKE && back < pace * ALIKE
  if (!alike) return none
  const reason = `left alone it keeps ${sign > 0 ? 'rising' : 'falling'} as fast as it comes back after each cure: ${percent(Math.expm1(back * 3_600_000))} an hour`
  if (p <= LEAK.p) return { evidence: 'leak', reason }
  return p <= (short ? DOUBT.pShort : DOUBT.p) ? { evidence: 'suspected', reason } : none
}

/** The slow sawtooth: the rule fires again after each cure when its time has come, and at once when it was left alone. */
function punctual(episodes: readonly Measured[]): Leak {
  const none: Leak = { evidence: 'none', reason: 'it does not come back like a clock' }
  const until = (arm: Measured['arm']): Float64Array =>
    ascending(episodes.slice(0, -1).flatMap((one, index) => (one.arm === arm ? episodes[index + 1]!.at - one.at : [])))
  const [cured, alone] = [until('act'), until('control')]
  const time = quantile(cured, 0.5)
  if (alone.length < CLOCK.doubtfulReturns || cured.length < CLOCK.doubtfulReturns) return none
  const width = quantile(cured, 0.75) - quantile(cured, 0.25)
  if (width > CLOCK.width * time || time < CLOCK.gain * quantile(alone, 0.5)) return none
  return {
    evidence: cured.length < CLOCK.returns ? 'suspected' : 'leak',
    reason: `it comes back ${duration(time)} after each cure, as regular as a clock`,
  }
}

/** One-sided sign test: the chance of so many of `size` fair coins or more. */
function signP(heads: number, size: number): number {
  let term = 0.5 ** size
  let p = 0
  for (let count = size; count >= heads; count--) {
    p += term
    term *= count / (size - count + 1)
  }
  return p
}

function duration(ms: number): string {
  const hours = ms / 3_600_000
  if (hours >= 48) return `${Math.round(hours / 24)} days`
  return hours >= 2 ? `${Math.round(hours)} h` : `${Math.round(ms / 60_000)} min`
}
