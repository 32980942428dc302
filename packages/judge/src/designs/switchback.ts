import type { Arm, Sample } from '../episode.ts'
import type { Alpha } from '../life/alpha.ts'
import { termsOf, type Terms } from '../terms.ts'
import { worthwhile } from '../worth.ts'
import { judgePairs, LEAST_PAIRS } from './paired.ts'
import { DESIGN_ALPHA, type PairedJudgement } from './paired-judgement.ts'
import type { SideBySide } from './side-by-side.ts'

/** The schedule of a switchback. Times are in milliseconds. */
export interface SwitchbackOptions {
  /** When the first block starts, in milliseconds since the epoch. */
  readonly startAt: number
  /** Even, at most 1000. @default 16 */
  readonly blocks?: number
  /** Length of a block. @default 60000, or three times `carryOverMs` where that is longer */
  readonly blockMs?: number
  /**
   * How long the effect takes to come and how long it outlasts the action; so much is not measured at the start of each block. Where it
   * is not declared, a verdict is withheld when the effect seems to come later than within a block.
   * @default 0
   */
  readonly carryOverMs?: number
}

/** For its time the action is on (`act`) or off. */
export interface SwitchbackBlock {
  readonly arm: Arm
  readonly from: number
  /** From here on the block is measured. */
  readonly measureFrom: number
  /** Exclusive. */
  readonly to: number
}

/** @default of `SwitchbackOptions.blockMs` */
export const BLOCK_MS = 60_000
const MOST_BLOCKS = 1000

/**
 * Blocks of time in which an action that can be switched is on or off, in pairs of which chance draws the order (Bojinov,
 * Simchi-Levi and Zhao, Management Science 2023). Plain data.
 *
 * @param random uniform in [0, 1)
 */
export function planSwitchback(
  { startAt, blocks = 16, carryOverMs = 0, blockMs = Math.max(BLOCK_MS, 3 * carryOverMs) }: SwitchbackOptions,
  random: () => number,
): readonly SwitchbackBlock[] {
  return Array.from({ length: Math.floor(Math.min(blocks, MOST_BLOCKS) / 2) }, (): readonly Arm[] =>
    random() < 0.5 ? ['act', 'control'] : ['control', 'act'],
  )
    .flat()
    .map((arm, index) => {
      const from = startAt + index * blockMs
      return { arm, from, measureFrom: from + carryOverMs, to: from + blockMs }
    })
}

/** The samples of a switchback, and what counts as an effect. */
export interface SwitchbackInput {
  readonly plan: readonly SwitchbackBlock[]
  /** All samples of the time; those outside of the measured times of the plan are left out. */
  readonly samples: readonly Sample[]
  readonly direction: 'up' | 'down'
  /** @default 0.15 */
  readonly worth?: number
  /** The smallest relative worsening that counts as harm. @default 0.05 */
  readonly harm?: number
  /** What the verdict may spend per side. @default 0.025 each */
  readonly alpha?: Alpha
}

/** An effect that comes so many half blocks late is looked for. */
const MOST_LATE = 8

/** A late effect of this share of `worth` is reason enough to doubt that the blocks are long enough. */
const LATE = { p: 0.025, worths: 0.5 }

/**
 * Judges a switchback by the exact permutation test over the orders that chance could have drawn.
 *
 * It sees an effect that comes and goes within a block. It cannot see one that comes later: then an act block shows what the block before
 * did, and the verdict could even be the opposite. So the same pairs are also read up to four blocks later, in steps of half a block, which
 * is as exact a test: where that shows no less than the blocks themselves, the verdict is `inconclusive` and says how late the effect seems to come.
 *
 * @throws TypeError, RangeError - when `direction`, `worth` or `harm` is not valid
 * @example
 * ```ts
 * const plan = planSwitchback({ startAt: now, carryOverMs: 10_000 }, random)
 * judgeSwitchback({ plan, samples, direction: 'down' }).verdict
 * ```
 */
export function judgeSwitchback({ plan, samples, alpha = DESIGN_ALPHA, ...given }: SwitchbackInput): PairedJudgement {
  const terms = termsOf('judgeSwitchback', given)
  const judgement = judgePairs(pairsOf(plan, samples, 0), terms, alpha)
  const late = lateEffect(plan, samples, judgement, terms)
  if (late === undefined) return judgement
  const after = `${Math.round(late / 1000)} s`
  const reason = `an effect seems to come ${after} late, so the blocks may be too short: set carryOverMs to ${late} or more`
  return { ...judgement, verdict: 'inconclusive', reason }
}

/** The pairs that chance drew, read so many ms later; as far as the plan goes. */
function pairsOf(plan: readonly SwitchbackBlock[], samples: readonly Sample[], lateMs: number): readonly SideBySide[] {
  const end = plan.at(-1)?.to ?? 0
  const pairs: SideBySide[] = []
  for (let index = 0; index + 1 < plan.length && plan[index + 1]!.to + lateMs <= end; index += 2) {
    const [first, second] = [plan[index]!, plan[index + 1]!].map(({ measureFrom, to }) =>
      samples.filter(([ms]) => ms >= measureFrom + lateMs && ms < to + lateMs),
    )
    pairs.push(plan[index]!.arm === 'act' ? { act: first!, control: second! } : { act: second!, control: first! })
  }
  return pairs
}

/** After how many ms the effect seems to come, when that is later than the blocks allow. */
function lateEffect(
  plan: readonly SwitchbackBlock[],
  samples: readonly Sample[],
  { statistics }: PairedJudgement,
  terms: Terms,
): number | undefined {
  const [first] = plan
  // A declared carry-over is trusted.
  if (first === undefined || first.measureFrom > first.from || statistics.effect === undefined) return undefined
  const least = Math.abs(LATE.worths * worthwhile(terms.direction, terms.worth))
  const halfBlockMs = (first.to - first.from) / 2
  let best = statistics
  let late: number | undefined
  for (let halves = 1; halves <= MOST_LATE; halves++) {
    const pairs = pairsOf(plan, samples, halves * halfBlockMs)
    if (pairs.length < LEAST_PAIRS) break
    const found = judgePairs(pairs, terms).statistics
    if (sizeOf(found) < least || pOf(found) > LATE.p || !showsMore(found, best)) continue
    best = found
    late = halves * halfBlockMs
  }
  return late
}

function pOf({ pBetter = 1, pWorse = 1 }: PairedJudgement['statistics']): number {
  return Math.min(pBetter, pWorse)
}

/** Where all pairs agree in both readings, the one with the larger effect shows it whole. */
function showsMore(one: PairedJudgement['statistics'], other: PairedJudgement['statistics']): boolean {
  const more = agreement(one) - agreement(other)
  return more === 0 ? sizeOf(one) > sizeOf(other) : more > 0
}

function sizeOf({ effect = 0 }: PairedJudgement['statistics']): number {
  return Math.abs(Math.log1p(effect))
}

/** How far the pairs agree, whatever their number: 1 when all of them do, since their p is then 1 / 2^pairs. */
function agreement(statistics: PairedJudgement['statistics']): number {
  return -Math.log2(pOf(statistics)) / statistics.pairs
}
