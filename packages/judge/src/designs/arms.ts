import type { Arm } from '../episode.ts'

/** Until a history has a verdict half of its episodes are controls, then one in ten. */
export type Phase = 'undecided' | 'settled'

/** The randomization of one rule and action; plain data, so that it can be kept across restarts. */
export interface ArmState {
  readonly phase: Phase
  /** The rest of the current block, next arm first. */
  readonly block: readonly Arm[]
}

const BLOCKS: { readonly [phase in Phase]: readonly Arm[] } = {
  undecided: ['act', 'act', 'control', 'control'],
  settled: ['act', 'act', 'act', 'act', 'act', 'act', 'act', 'act', 'act', 'control'],
}

/**
 * Draws the arm of the next episode by permuted blocks (Matts and Lachin, 1988): arms stay balanced at every moment, so
 * that drift meets both alike, and yet none can be foreseen by what triggers the rule.
 *
 * @param state what the last draw returned; nothing at the start of a history
 * @param random uniform in [0, 1)
 * @example
 * ```ts
 * let arms: ArmState | undefined
 * const drawn = drawArm(arms, 'undecided', Math.random)
 * arms = drawn.state
 * if (drawn.arm === 'act') await run()
 * ```
 */
export function drawArm(
  state: ArmState | undefined,
  phase: Phase,
  random: () => number,
): { arm: Arm; state: ArmState } {
  const unfinished = state !== undefined && state.phase === phase && state.block.length > 0
  const [arm, ...block] = unfinished ? state.block : permuted(BLOCKS[phase], random)
  return { arm: arm!, state: { phase, block } }
}

/** Fisher and Yates. */
function permuted(arms: readonly Arm[], random: () => number): readonly Arm[] {
  const drawn = [...arms]
  for (let last = drawn.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[drawn[last], drawn[other]] = [drawn[other]!, drawn[last]!]
  }
  return drawn
}
