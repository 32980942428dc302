import { blockNoise } from '@homeostat/optimizer/judge'
import type { ProofPlan } from './plan-proof.ts'
import type { Sample } from './proof.ts'

/** So many blocks say how much they differ. */
export const LEAST_QUIET_BLOCKS = 6

/**
 * How much neighbouring blocks differ while nothing is switched; see `blockNoise` of `@homeostat/judge`. A block in which something was switched is left
 * out, whatever its values are. Undefined for fewer than six blocks.
 *
 * @param samples in the order of their times
 * @param switchedAt times, in milliseconds since the epoch as those of the samples
 */
export function quietNoise(
  samples: readonly Sample[],
  switchedAt: readonly number[],
  { blockMs, carryOverMs }: Pick<ProofPlan, 'blockMs' | 'carryOverMs'>,
): number | undefined {
  const start = samples[0]?.[0] ?? 0
  const blockOf = (ms: number): number => Math.floor((ms - start) / blockMs)
  // The next block is measured after the effect of the switch has gone.
  const switched = new Set(switchedAt.map(blockOf))
  const quiet = samples.filter(([ms]) => !switched.has(blockOf(ms)))
  return blockNoise(quiet, { blockMs, carryOverMs })
}
