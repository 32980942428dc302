import { ascending, quantile, type Sample } from './episode.ts'
import { floorOf, logChange } from './log-change.ts'
import { percentChange } from './percent.ts'
import { middleWithLost, vanishedReason } from './vanished.ts'
import { worthwhile } from './worth.ts'
import { signedRank } from './signed-rank.ts'

/** Verdict of a split or a switchback: one look, so all of the 0.025 per side is spent on it. */
export interface PairedJudgement {
  readonly verdict: 'effective' | 'no_effect' | 'harmful' | 'inconclusive'
  /** One line: why this verdict and no stronger one. */
  readonly reason: string
  readonly statistics: {
    /** Pairs that were compared, and pairs left out for want of samples on one side. */
    readonly pairs: number
    readonly unusable: number
    /** Share of samples that act sides have less than control sides. */
    readonly vanished: number
    /** Act relative to control: -0.21 is 21 % lower. */
    readonly effect?: number
    readonly interval?: readonly [low: number, high: number]
    readonly pBetter?: number
    readonly pWorse?: number
  }
}

/** Values of the units of both arms from the same time. */
export interface SideBySide {
  readonly act: readonly Sample[]
  readonly control: readonly Sample[]
}

const ALPHA = 0.025

/** 1 / 2^6 is the first power below alpha. */
const MIN_PAIRS = 6

/**
 * Judges pairs of which chance drew the sides. Samples that only the act sides miss count as the worst there are, as in
 * `judge()`, before anything is called effective.
 */
export function judgePairs(pairs: readonly SideBySide[], direction: 'up' | 'down', worth: number): PairedJudgement {
  const sides = pairs.map(({ act, control }) => ({ act: finite(act), control: finite(control) }))
  const count = (arm: 'act' | 'control'): number => sides.reduce((sum, side) => sum + side[arm].length, 0)
  const vanished = Math.max(0, 1 - count('act') / count('control'))
  const levels = sides.flatMap(({ act, control }) => [...act, ...control]).filter(value => value > 0)
  const floor = floorOf(levels)
  const sign = direction === 'down' ? 1 : -1
  const changes = (lostShare: number): number[] =>
    sides.flatMap(({ act, control }) => {
      const middle = middleWithLost(act, lostShare * control.length, direction)
      return middle === undefined || control.length === 0 ? [] : sign * logChange(quantile(control, 0.5), middle, floor)
    })
  const present = changes(0)
  const counted = { pairs: present.length, unusable: pairs.length - present.length, vanished }
  if (present.length < MIN_PAIRS || levels.length === 0) {
    const reason = `${present.length} of at least ${MIN_PAIRS} pairs have samples on both sides`
    return { verdict: 'inconclusive', reason, statistics: counted }
  }
  const { pLow, pHigh, low, middle, high } = signedRank(present, ALPHA)
  const [from, to] = direction === 'down' ? [low, high] : [-high, -low]
  const credited = vanished > 0 ? signedRank(changes(vanished), ALPHA).pLow : pLow
  const statistics = {
    ...counted,
    effect: Math.expm1(sign * middle),
    interval: [Math.expm1(from), Math.expm1(to)] as const,
    pBetter: credited,
    pWorse: pHigh,
  }
  const measured = `${percentChange(statistics.effect)} with the action (${percentChange(statistics.interval[0])} to ${percentChange(statistics.interval[1])}; ${present.length} pairs)`
  const judged = (verdict: PairedJudgement['verdict'], why: string): PairedJudgement => ({
    verdict,
    reason: `${measured}${why}`,
    statistics,
  })
  if (pHigh <= ALPHA) return judged('harmful', ', significantly worse')
  if (low > worthwhile(direction, worth))
    return judged('no_effect', `: ${percentChange(direction === 'down' ? -worth : worth)} or better is excluded`)
  if (credited <= ALPHA) return judged('effective', ', significantly better')
  if (pLow > ALPHA) return judged('inconclusive', ': both an effect and none are possible')
  return judged('inconclusive', `, not credited: ${vanishedReason(vanished)}`)
}

function finite(samples: readonly Sample[]): Float64Array {
  return ascending(samples.map(([, value]) => value).filter(value => value >= 0 && value < Infinity))
}
