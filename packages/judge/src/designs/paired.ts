import { ascending, quantile, tailsOf } from '../episode.ts'
import type { Alpha } from '../life/alpha.ts'
import { floorOf, logLevel } from '../looks/log-change.ts'
import { tailOf } from '../looks/tail.ts'
import { middleWithLost, vanishedReason } from '../looks/vanished.ts'
import { pseudomedian, signedRankP } from '../ranks/signed-rank.ts'
import type { Terms } from '../terms.ts'
import { noticeable } from '../worth.ts'
import { concluded, DESIGN_ALPHA, INTERVAL, type PairedJudgement } from './paired-judgement.ts'
import type { SideBySide } from './side-by-side.ts'

/** Fewer pairs cannot be significant: 1 / 2^6 is the first power below 0.025. */
export const LEAST_PAIRS = 6

/** The number of pairs that is significant at `alpha` when all of them agree. At most 1000, however little is left. */
export function leastPairs(alpha: number): number {
  return alpha > 0 ? Math.min(1000, Math.max(LEAST_PAIRS, Math.ceil(-Math.log2(alpha)))) : LEAST_PAIRS
}

/**
 * Judges pairs of which chance drew the sides. Samples that only the act sides miss count as the worst there are, as in
 * `judge()`, before anything is called effective.
 */
export function judgePairs(pairs: readonly SideBySide[], terms: Terms, alpha: Alpha = DESIGN_ALPHA): PairedJudgement {
  const { direction, harm } = terms
  const sides = pairs.map(({ act, control }) => ({ act: finite(act), control: finite(control) }))
  const answered = sides.filter(({ control }) => control.length > 0)
  const present = answered.filter(({ act }) => act.length > 0)
  const count = (arm: 'act' | 'control'): number => sides.reduce((sum, side) => sum + side[arm].length, 0)
  const vanished = Math.max(0, 1 - count('act') / count('control'))
  const counted = { pairs: present.length, unusable: pairs.length - present.length, vanished }
  const levels = sides.flatMap(({ act, control }) => [...act, ...control]).filter(value => value > 0)
  if (present.length < LEAST_PAIRS || levels.length === 0) {
    const reason = `${present.length} of at least ${LEAST_PAIRS} pairs have samples on both sides`
    return { verdict: 'inconclusive', reason, statistics: counted }
  }
  const floor = floorOf(levels)
  const sign = direction === 'down' ? 1 : -1
  const log = (level: number): number => sign * logLevel(level, floor)
  const middle = (values: Float64Array): number => log(quantile(values, 0.5))
  const changes = present.map(({ act, control }) => middle(act) - middle(control))
  const credited = answered.flatMap(({ act, control }) => {
    const worst = middleWithLost(act, vanished * control.length, direction)
    return worst === undefined ? [] : log(worst) - middle(control)
  })
  const margin = noticeable(direction, harm)
  const pBetter = vanished > 0 ? signedRankP(credited) : signedRankP(changes)
  const isCredited = vanished === 0 || signedRankP(changes) > alpha.better || pBetter <= alpha.better
  return concluded(
    counted,
    {
      change: pseudomedian(changes, INTERVAL),
      pBetter,
      pWorse: signedRankP(changes.map(change => margin - change)),
      tail: tailOf(
        present.map(({ act }) => log(tailsOf(act)[direction])),
        present.map(({ control }) => log(tailsOf(control)[direction])),
        margin,
      ),
      doubt: isCredited ? undefined : vanishedReason(vanished),
      compared: `${present.length} pairs`,
    },
    terms,
    alpha,
  )
}

function finite(samples: SideBySide['act']): Float64Array {
  return ascending(samples.map(([, value]) => value).filter(value => value >= 0 && value < Infinity))
}
