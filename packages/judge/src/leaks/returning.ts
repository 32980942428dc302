import { median, quantile, type Measured } from '../episode.ts'
import { percent } from '../percent.ts'
import { HOUR_MS, type Leak, type LeakTerms } from './leak.ts'

/** The pace of coming back needs no test, so fewer will do. */
const MIN_ALONE = 6
const MIN_RETURNS = 4

/** Two paces within this factor are one: a rule fires at peaks of the noise, so that what follows seems to rise less than it does. */
const ALIKE = 3

/** One-sided p of a proof, and of a doubt, which is easy to raise in a short history: the next look is soon. */
const LEAK_P = 0.001
const DOUBT_P = { short: 0.2, long: 0.03 }

/** The sawtooth: a cure that works each time, against something that never stops. */
export function returning(episodes: readonly Measured[], { direction, short }: LeakTerms): Leak {
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
    if (episode.arm !== 'act' || next === undefined || next.beforeAt <= episode.afterAt) return []
    const pace = (log(next.before) - log(quantile(episode.after, 0.5))) / (next.beforeAt - episode.afterAt)
    return Number.isFinite(pace) ? pace : []
  })
  const none: Leak = { evidence: 'none', reason: 'left alone it does not keep rising' }
  if (alone.length < MIN_ALONE || comingBack.length < MIN_RETURNS) return none
  const pace = median(alone.map(one => one.pace))
  const back = median(comingBack)
  if (!(pace > 0 && back > pace / ALIKE && back < pace * ALIKE)) return none
  const p = signP(alone.filter(({ rise }) => rise > 0).length, alone.length)
  const reason = `left alone it keeps ${sign > 0 ? 'rising' : 'falling'} as fast as it comes back after each cure: ${percent(Math.expm1(back * HOUR_MS))} an hour`
  if (p <= LEAK_P) return { evidence: 'leak', reason }
  return p <= (short ? DOUBT_P.short : DOUBT_P.long) ? { evidence: 'suspected', reason } : none
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
