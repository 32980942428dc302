import type { Alpha } from '../life/alpha.ts'
import type { Tail } from '../looks/tail.ts'
import { percentChange } from '../percent.ts'
import type { Terms } from '../terms.ts'
import { worthwhile } from '../worth.ts'

/** Verdict of a split or a switchback: one look, so all of the error is spent on it. */
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
    /** The one-sided p of being better at all, and of being worse by more than `harm`. */
    readonly pBetter?: number
    readonly pWorse?: number
    /** How the worst quarter of the values differs, relative, and the one-sided p of its being worse. */
    readonly tail?: number
    readonly pTailWorse?: number
  }
}

/** What a design may spend by itself, per side. */
export const DESIGN_ALPHA: Alpha = { better: 0.025, worse: 0.025 }

/** Each end of the interval errs with this probability. */
export const INTERVAL = 0.025

/** What a design has measured; logarithms of ratios, more is worse. */
export interface Measurement {
  readonly change: { readonly low: number; readonly middle: number; readonly high: number }
  readonly pBetter: number
  readonly pWorse: number
  readonly tail?: Tail
  /** Why an improvement of what is there is not credited. */
  readonly doubt?: string | undefined
  /** e.g. `12 pairs` */
  readonly compared: string
}

/** The verdict on a measurement. */
export function concluded(
  counted: Pick<PairedJudgement['statistics'], 'pairs' | 'unusable' | 'vanished'>,
  { change, pBetter, pWorse, tail, doubt, compared }: Measurement,
  { direction, worth }: Terms,
  alpha: Alpha,
): PairedJudgement {
  const { low, middle, high } = change
  const sign = direction === 'down' ? 1 : -1
  const [from, to] = direction === 'down' ? [low, high] : [-high, -low]
  const statistics = {
    ...counted,
    effect: Math.expm1(sign * middle),
    interval: [Math.expm1(from), Math.expm1(to)] as const,
    pBetter,
    pWorse,
    ...(tail && { tail: Math.expm1(sign * tail.change), pTailWorse: tail.pWorse }),
  }
  const { effect, interval } = statistics
  const measured = `${percentChange(effect)} with the action (${percentChange(interval[0])} to ${percentChange(interval[1])}; ${compared})`
  const judged = (verdict: PairedJudgement['verdict'], why: string): PairedJudgement => ({
    verdict,
    reason: `${measured}${why}`,
    statistics,
  })
  if (pWorse <= alpha.worse) return judged('harmful', ', significantly worse')
  if (low > worthwhile(direction, worth))
    return judged('no_effect', `: ${percentChange(direction === 'down' ? -worth : worth)} or better is excluded`)
  const withheld = pBetter <= alpha.better ? tail?.worse : doubt
  if (withheld !== undefined) return judged('inconclusive', `, not credited: ${withheld}`)
  if (pBetter <= alpha.better) return judged('effective', ', significantly better')
  return judged('inconclusive', ': both an effect and none are possible')
}
