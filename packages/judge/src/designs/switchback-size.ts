import { median, type Sample } from '../episode.ts'
import { critical, positiveRankSum } from '../ranks/signed-rank.ts'
import { upperZ } from '../ranks/normal.ts'
import { LEAST_PAIRS } from './paired.ts'
import { DESIGN_ALPHA } from './paired-judgement.ts'

/** A switchback has at most a thousand blocks. */
export const MOST_PAIRS = 500
/** The share of so many simulated switchbacks errs by two points at most, with a probability of 0.95. */
const SIMULATIONS = 1600

/** What a switchback is to find. */
export interface SwitchbackSize {
  /** The effect, relative: -0.1 is 10 % lower. Its sign does not matter. */
  readonly effect: number
  /** How much two blocks differ by themselves: the deviation of the logarithm of their ratio, e.g. of {@link blockNoise}. */
  readonly noise: number
  /** With which probability it is to be found. @default 0.8 */
  readonly power?: number
}

/**
 * How many pairs of blocks a switchback takes to find an effect, by simulating its own test, the signed-rank test (Wilcoxon, 1945) at 0.025. Undefined
 * when 500 pairs do not suffice.
 *
 * @param random uniform in [0, 1)
 * @example
 * ```ts
 * pairsToFind({ effect: -0.1, noise: 0.1 }, random) // about 11
 * ```
 */
export function pairsToFind({ effect, noise, power = 0.8 }: SwitchbackSize, random: () => number): number | undefined {
  const change = Math.abs(Math.log1p(effect))
  if (!(change > 0) || !(noise >= 0) || !(power < 1)) return undefined
  const isEnough = (pairs: number): boolean => foundBy(pairs, change, noise, random) >= power
  let most = LEAST_PAIRS
  while (!isEnough(most)) {
    if (most >= MOST_PAIRS) return undefined
    most = Math.min(MOST_PAIRS, 2 * most)
  }
  let least = Math.max(LEAST_PAIRS, Math.ceil(most / 2))
  while (least < most) {
    const middle = Math.floor((least + most) / 2)
    if (isEnough(middle)) most = middle
    else least = middle + 1
  }
  return most
}

/** The share of switchbacks of so many pairs that find the change. */
function foundBy(pairs: number, change: number, noise: number, random: () => number): number {
  const limit = critical(pairs, DESIGN_ALPHA.better)
  let found = 0
  for (let run = 0; run < SIMULATIONS; run++) {
    const differences = Array.from({ length: pairs }, () => noise * normal(random) - change)
    if (positiveRankSum(differences) <= limit) found++
  }
  return found / SIMULATIONS
}

/** By the quantile, which `upperZ` has for the upper half. */
function normal(random: () => number): number {
  // Never 0, of which the quantile is infinite.
  const share = 1 - random()
  return share <= 0.5 ? upperZ(share) : -upperZ(Math.max(Number.EPSILON, 1 - share))
}

/** How blocks are cut. Times are in milliseconds. */
export interface BlockCut {
  readonly blockMs: number
  /** So much at the start of each block is not measured. @default 0 */
  readonly carryOverMs?: number
}

/** Fewer differences of neighbours do not say how much blocks differ. */
const MIN_DIFFERENCES = 5

/**
 * How much neighbouring blocks differ while nothing is changed: the deviation of the logarithm of the ratio of their medians. Undefined for
 * fewer than six blocks with values above 0.
 *
 * @param samples in the order of their times
 */
export function blockNoise(samples: readonly Sample[], { blockMs, carryOverMs = 0 }: BlockCut): number | undefined {
  const blocks = new Map<number, number[]>()
  const start = samples[0]?.[0] ?? 0
  for (const [ms, value] of samples) {
    if (!(value > 0 && value < Infinity) || (ms - start) % blockMs < carryOverMs) continue
    const block = Math.floor((ms - start) / blockMs)
    blocks.set(block, [...(blocks.get(block) ?? []), value])
  }
  const squares = [...blocks].flatMap(([block, values]) => {
    const next = blocks.get(block + 1)
    return next === undefined ? [] : [Math.log(median(next) / median(values)) ** 2]
  })
  if (squares.length < MIN_DIFFERENCES) return undefined
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length)
}
