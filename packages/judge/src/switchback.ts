import type { Arm, Sample } from './episode.ts'
import { judgePairs, type PairedJudgement, type SideBySide } from './paired.ts'
import { WORTH } from './worth.ts'

/** The schedule of a switchback. Times are in milliseconds. */
export interface SwitchbackOptions {
  /** When the first block starts, in milliseconds since the epoch. */
  readonly startAt: number
  /** Even, at most 1000. @default 16 */
  readonly blocks?: number
  /** Length of a block. @default 60000, or three times `carryOverMs` where that is longer */
  readonly blockMs?: number
  /** How long the effect outlasts the action; so much is not measured at the start of each block. @default 0 */
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

const BLOCK_MS = 60_000
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

/**
 * Judges a switchback by the exact permutation test over the orders that chance could have drawn.
 *
 * @param samples of the whole time; those outside of the plan's measured times are not examined
 * @example
 * ```ts
 * const plan = planSwitchback({ startAt: now, carryOverMs: 10_000 }, random)
 * judgeSwitchback({ plan, samples, direction: 'down' }).verdict
 * ```
 */
export function judgeSwitchback(input: {
  readonly plan: readonly SwitchbackBlock[]
  readonly samples: readonly Sample[]
  readonly direction: 'up' | 'down'
  readonly worth?: number
}): PairedJudgement {
  const { plan, samples, direction, worth = WORTH } = input
  const measured = plan.map(({ measureFrom, to }) => samples.filter(([ms]) => ms >= measureFrom && ms < to))
  const pairs: SideBySide[] = []
  for (let index = 0; index + 1 < plan.length; index += 2) {
    const [first, second] = [measured[index]!, measured[index + 1]!]
    pairs.push(plan[index]!.arm === 'act' ? { act: first, control: second } : { act: second, control: first })
  }
  return judgePairs(pairs, direction, worth)
}
