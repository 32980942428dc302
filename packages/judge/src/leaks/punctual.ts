import { ascending, mean, quantile, type Measured } from '../episode.ts'
import { duration, type Leak } from './leak.ts'

/**
 * As regular as a clock: the middle half of the times lies within a third of the median (of waiting times without memory it is
 * 1.6 medians wide), and a cure buys several times the time that passes without one.
 */
const CLOCK = { returns: 12, doubtfulReturns: 4, width: 0.35, gain: 3 }

/** From the first alarm to the next first one the times vary less than half as much as from the cure on: then a clock causes both. */
const BY_THE_CLOCK = 0.5

/** From a cure to the next alarm, and from the first alarm of the burst that it ended. */
interface Return {
  readonly sinceCure: number
  readonly sinceFirst: number
}

/**
 * The slow sawtooth: the rule fires again after each cure when its time has come, and soon when it was left alone.
 *
 * A job that runs every hour looks alike: it alarms while it runs, and again at the next hour. But its time counts from the first alarm,
 * whenever the cure comes; that of a leak counts from the cure. How many controls stand between the two was drawn by chance, so the
 * times that vary less tell which of the two it is.
 */
export function punctual(episodes: readonly Measured[]): Leak {
  const none: Leak = { evidence: 'none', reason: 'it does not come back like a clock' }
  const cured = untilNext(episodes, 'act')
  const alone = untilNext(episodes, 'control')
  const time = quantile(cured, 0.5)
  if (alone.length < CLOCK.doubtfulReturns || cured.length < CLOCK.doubtfulReturns) return none
  const width = quantile(cured, 0.75) - quantile(cured, 0.25)
  if (width > CLOCK.width * time || time < CLOCK.gain * quantile(alone, 0.5)) return none
  const returns = returnsOf(episodes, time / 2)
  const sinceFirst = spread(returns.map(one => one.sinceFirst))
  if (sinceFirst < BY_THE_CLOCK * spread(returns.map(one => one.sinceCure)))
    return { ...none, reason: 'it comes by the clock, cured or not' }
  return {
    evidence: cured.length < CLOCK.returns ? 'suspected' : 'leak',
    reason: `it comes back ${duration(time)} after each cure, as regular as a clock`,
  }
}

/** From each episode of one arm to the next alarm, ascending. Episodes of one moment, as of several label sets, are one alarm. */
function untilNext(episodes: readonly Measured[], wanted: Measured['arm']): Float64Array {
  return ascending(
    episodes.flatMap(({ arm, at }, index) => {
      const next = episodes[index + 1]
      return arm === wanted && next !== undefined && next.at > at ? next.at - at : []
    }),
  )
}

/** Alarms that follow each other more quickly than `apart` are one burst. A cure ends it when nothing follows as quickly. */
function returnsOf(episodes: readonly Measured[], apart: number): readonly Return[] {
  const returns: Return[] = []
  let firstAt = episodes[0]?.at ?? 0
  for (const [index, { at, arm }] of episodes.entries()) {
    const next = episodes[index + 1]
    if (next === undefined || next.at - at < apart) continue
    if (arm === 'act') returns.push({ sinceCure: next.at - at, sinceFirst: next.at - firstAt })
    firstAt = next.at
  }
  return returns
}

/** Mean absolute distance from the median. */
function spread(times: readonly number[]): number {
  const middle = quantile(ascending(times), 0.5)
  return mean(times.map(time => Math.abs(time - middle)))
}
