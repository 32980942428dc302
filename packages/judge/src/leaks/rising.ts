import type { Sample } from '../episode.ts'
import { percent } from '../percent.ts'
import { duration, HOUR_MS, type Leak, type LeakTerms } from './leak.ts'
import { between, suddenIn, type Sudden } from './restarts.ts'
import { trend, type Point, type Trend } from './trend.ts'

/** Fewer points have no trend to speak of. */
const MIN_POINTS = 6

/**
 * A proof: the rise is significant, shows in both halves of the history, would double the level within a day, and is larger than two
 * improvements of `worth`. A load that grows from month to month rises a hundred times more slowly.
 */
const LEAK = { p: 0.001, perHour: 0.03, worths: 2 }

/**
 * A doubt only postpones a verdict, so a smaller rise is enough. It must stand out from the noise by 4 standard errors, since a load that
 * rises in the morning does not leak. At 12 against 12 episodes a doubt postpones about one verdict in three where the load swings by 20 %
 * a day, and hardly ever misses a leak of 5 % an hour (`npm run chaos -- services palliative`).
 */
const DOUBT = { p: 3e-5, perHour: 0.02, worths: 0.5 }

/** Where the process restarts, a load that rises in the morning is not what rises between restarts, and less is a doubt. */
const DOUBT_BETWEEN_RESTARTS_P = 0.01

/** In a short history a leak has to be excluded: by the upper end of the rate, with an error of 1 %. */
const EXCLUDED = { z: 2.326, perHour: 0.02, worths: 0.2 }

/** A rise as likely as this by chance is neither a proof nor a doubt. */
const NOTHING_P = 0.001

/** So many standard errors above the rate between two jumps there must be no leak. */
const LEVEL_Z = 2.5

/** The trend must show in both halves: a single step up is a change of level, not a leak. */
const HALF_P = 0.1

/** The normal quantile of an interval of 95 %. */
const SHOWN_Z = 1.96

/**
 * The level that keeps rising, as shown by several series of the same level (before the episodes, after acts, after controls), each
 * compared with itself only. What rises more slowly than {@link LEAK} is a load that grows: it rises with the action and without it,
 * and the comparison with the controls of the same time has taken it out already.
 */
export function rising(
  name: string,
  series: readonly (readonly Sample[])[],
  { direction, worth, short }: LeakTerms,
): Leak {
  const none: Leak = { evidence: 'none', reason: `${name} has no trend` }
  const sign = direction === 'down' ? 1 : -1
  const logs = series.map(samples =>
    samples.filter(([, value]) => value > 0).map(([ms, value]): Point => [ms, sign * Math.log(value)]),
  )
  const [leading = []] = logs
  if (leading.length < MIN_POINTS) return none
  const sudden = suddenIn(leading)
  const { restarts } = sudden
  const breaks = breaksOf(sudden)
  const stretches = logs.flatMap(points => between(breaks, points))
  const found = trend(stretches)
  // Most histories rise no more than chance lets them, and need no closer look.
  const doubtP = restarts.length > 0 ? DOUBT_BETWEEN_RESTARTS_P : DOUBT.p
  if (found.pIndependent > Math.max(NOTHING_P, doubtP) && !short) return none
  if (isLevelBetween(sudden, logs)) return none
  const span = between(breaks, leading).reduce((sum, stretch) => sum + stretch.at(-1)![0] - stretch[0]![0], 0)
  const isLarge = (slope: number, least: { readonly perHour: number; readonly worths: number }): boolean =>
    Math.expm1(slope * HOUR_MS) >= least.perHour && slope * span >= least.worths * worth
  const keepsRising = `${name} keeps ${sign > 0 ? 'rising' : 'falling'}`
  const total = percent(Math.abs(Math.expm1(sign * found.slope() * span)))
  const reason = `${keepsRising}: by ${total} over ${duration(span)}, ${shown(found, sign)}${inWords(restarts.length)}`
  if (isLarge(found.slope(), LEAK) && found.pRising() <= LEAK.p && isSteady(stretches, middleOf(leading)))
    return { evidence: 'leak', reason }
  // A rate that is certainly below a leak's is that of a load that grows.
  const mayLeak = isLarge(found.slopeAt(SHOWN_Z), { ...DOUBT, perHour: LEAK.perHour })
  if (isLarge(found.slope(), DOUBT) && found.pIndependent <= doubtP && mayLeak) return { evidence: 'suspected', reason }
  if (short && isLarge(found.slopeAt(EXCLUDED.z), EXCLUDED))
    return { evidence: 'suspected', reason: `the history is too short to exclude that ${keepsRising}` }
  return none
}

/** A level that comes back up as suddenly as it fell did not restart: it has two levels, and a leak would rise on each. */
function breaksOf({ restarts, jumps }: Sudden): readonly number[] {
  if (restarts.length === 0 || 2 * jumps.length < restarts.length) return restarts
  return [...restarts, ...jumps].toSorted((a, b) => a - b)
}

/** A load that jumps up in the morning and falls in the evening rises between two falls, but no leak is level before and after its rise. */
function isLevelBetween({ restarts, jumps }: Sudden, logs: readonly (readonly Point[])[]): boolean {
  if (jumps.length === 0) return false
  const times = [...restarts, ...jumps].toSorted((a, b) => a - b)
  const levels = logs.flatMap(points => between(times, points))
  const size = levels.reduce((sum, { length }) => sum + length, 0)
  return size >= MIN_POINTS && Math.expm1(trend(levels).slopeAt(LEVEL_Z) * HOUR_MS) < LEAK.perHour
}

function middleOf(points: readonly Point[]): number {
  return points[points.length >> 1]![0]
}

function isSteady(stretches: readonly (readonly Point[])[], middle: number): boolean {
  const half = (belongs: (ms: number) => boolean): readonly (readonly Point[])[] =>
    stretches.map(stretch => stretch.filter(([ms]) => belongs(ms))).filter(({ length }) => length > 1)
  return [half(ms => ms < middle), half(ms => ms >= middle)].every(part => trend(part).pIndependent <= HALF_P)
}

function shown({ slope, slopeAt }: Trend, sign: number): string {
  const share = (rate: number): string => percent(Math.abs(Math.expm1(sign * rate * HOUR_MS)))
  return `${share(slope())} an hour (${share(slopeAt(-SHOWN_Z))} to ${share(slopeAt(SHOWN_Z))})`
}

function inWords(restarts: number): string {
  if (restarts === 0) return ''
  return restarts === 1 ? ', before and after a restart' : `, between ${restarts} restarts`
}
