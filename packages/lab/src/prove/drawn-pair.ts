import { planSwitchback } from '@homeostat/optimizer/judge'
import { createRandom } from '@homeostat/signals/random'
import type { Arm, ProofTerms } from './proof.ts'

/** Parts the numbers for the placebo from those for the knob. */
const PLACEBO_SEED = 0x9e3779b9

/** The arms of the knob and of the placebo in the two blocks of a pair. */
export interface DrawnPair {
  readonly knob: readonly [Arm, Arm]
  readonly placebo: readonly [Arm, Arm]
}

/**
 * Draws a pair. The knob's order is a fair coin of its own for each attempt, so a pair that is repeated after a pause is drawn anew.
 *
 * The placebo's order is the knob's in half of the places and the opposite in the other half; chance says in which of two neighbours. Each
 * is then a fair coin as well, so that the test of the placebo is exact, and the effect of the knob itself cancels in it.
 *
 * @param attempt from 0: how many pairs were drawn before, dropped ones included
 */
export function drawPair({ seed }: ProofTerms, place: number, attempt: number): DrawnPair {
  const [first, second] = planSwitchback({ startAt: 0, blocks: 2 }, () => numberAt(seed, attempt))
  const knob = [first!.arm, second!.arm] as const
  const isFirstAgreeing = numberAt(seed ^ PLACEBO_SEED, Math.floor(place / 2)) < 0.5
  const agrees = isFirstAgreeing === (place % 2 === 0)
  return { knob, placebo: agrees ? knob : [knob[1], knob[0]] }
}

function numberAt(seed: number, index: number): number {
  const random = createRandom(seed)
  for (let skipped = 0; skipped < index; skipped++) random()
  return random()
}
