import { counted } from '@homeostat/signals'
import { LEAST_PAIRS, MOST_PAIRS, pairsToFind, percent, percentChange } from '@homeostat/optimizer/judge'
import { formatDuration } from '@homeostat/promql'
import { createRandom } from '@homeostat/signals/random'

/** What a person asks of a proof, and what is known of the measure. Times are in milliseconds. */
export interface PlanInput {
  readonly direction: 'up' | 'down'
  /** The smallest effect that is to be found, relative and above 0. */
  readonly worth: number
  readonly power: number
  /** How much two blocks differ by themselves; see `blockNoise` of `@homeostat/judge`. */
  readonly noise: number
  readonly isNoiseObserved: boolean
  /** Time between two values. */
  readonly intervalMs: number
  /** How far back the measure looks: `[30s]` are 30,000. */
  readonly rangeMs: number
  /** @default three times what is not measured of a block, a minute at least */
  readonly blockMs?: number
  /** How long the effect itself takes to come and to go. @default 0, and later blocks are searched for a late effect */
  readonly carryOverMs?: number
  /** @default as many as the effect takes */
  readonly pairs?: number
  /** The longest time that it may take, instead of `pairs`. */
  readonly mostMs?: number
  readonly seed: number
}

/** How long which effect takes. */
export interface ProofPlan {
  readonly pairs: number
  readonly blockMs: number
  readonly carryOverMs: number
  readonly isCarryOverDeclared: boolean
  readonly totalMs: number
  /** For people. */
  readonly lines: readonly string[]
}

/** The length of a block of a switchback where nothing needs a longer one. */
const BLOCK_MS = 60_000
/** So many values of a block are measured at least. */
const LEAST_VALUES = 4

/**
 * Plans a proof: as many pairs of blocks as the smallest effect worth having takes, unless a person says how many, or how long.
 *
 * @throws RangeError - where blocks are too short for what is not measured of them, or 500 pairs do not suffice
 */
export function planProof(input: PlanInput): ProofPlan {
  const { worth, power, noise, intervalMs, rangeMs, mostMs, seed, direction } = input
  // So long the measure still holds values of the block before, whatever a person says of the effect.
  const carryOverMs = rangeMs + intervalMs + (input.carryOverMs ?? 0)
  const least = carryOverMs + LEAST_VALUES * intervalMs
  const blockMs = input.blockMs ?? Math.max(BLOCK_MS, 3 * carryOverMs, least)
  if (blockMs < least)
    throw new RangeError(
      `blocks of ${formatDuration(blockMs)} are too short: ${formatDuration(carryOverMs)} of each is not measured, and ${LEAST_VALUES} values take ${formatDuration(LEAST_VALUES * intervalMs)} more; the shortest are blocks of ${formatDuration(least)}`,
    )
  const effect = direction === 'down' ? -worth : worth
  const needed = pairsToFind({ effect, noise, power }, createRandom(seed))
  const pairs = input.pairs ?? (mostMs === undefined ? needed : Math.floor(mostMs / (2 * blockMs)))
  const what = `to see ${percentChange(effect)} with ${percent(power)} power`
  const basis = `${input.isNoiseObserved ? 'observed' : 'assumed'} noise of ${percent(noise)} between blocks`
  if (pairs === undefined)
    throw new RangeError(`${what} takes more than ${2 * MOST_PAIRS} blocks (${basis}): ask for a larger effect`)
  if (pairs < LEAST_PAIRS)
    throw new RangeError(
      `${counted(pairs, 'pair')} cannot be significant: ${LEAST_PAIRS} pairs of ${formatDuration(blockMs)} blocks take ${formatDuration(2 * LEAST_PAIRS * blockMs)}`,
    )
  if (pairs > MOST_PAIRS) throw new RangeError(`${pairs} pairs are more than ${MOST_PAIRS}`)
  const totalMs = 2 * pairs * blockMs
  const blocksOf = (count: number): string =>
    `${2 * count} blocks of ${blockMs / 1000} seconds, total ${formatDuration(2 * count * blockMs)}`
  const lines =
    needed === undefined
      ? [`${what}: more than ${2 * MOST_PAIRS} blocks (${basis})`]
      : [`${what}: ${blocksOf(needed)} (${basis})`]
  if (pairs !== needed)
    lines.push(
      `it will run ${blocksOf(pairs)}${needed !== undefined && pairs > needed ? '' : ', which may not suffice'}`,
    )
  return {
    pairs,
    blockMs,
    carryOverMs,
    isCarryOverDeclared: input.carryOverMs !== undefined,
    totalMs,
    lines,
  }
}
