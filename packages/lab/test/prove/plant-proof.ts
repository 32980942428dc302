import { createNoise, createRandom } from '@homeostat/signals/random'
import { advanceProof, armsOf, beginProof, type Proof, type ProofTerms } from '../../src/prove/index.ts'

export const TICK_MS = 5000
export const START = Date.UTC(2026, 0, 1)

export const terms: ProofTerms = {
  knob: 'plant.valve',
  from: 8,
  to: 4,
  expr: 'pressure',
  direction: 'down',
  worth: 0.1,
  harm: 0.05,
  pairs: 12,
  blockMs: 60_000,
  carryOverMs: 10_000,
  isCarryOverDeclared: false,
  seed: 1,
}

export interface ProvenPlant {
  readonly seed: number
  /** With the knob on, the level is multiplied by it. */
  readonly factor: number
  /** So much later the effect comes and goes. @default 0 */
  readonly lateMs?: number
  /** The level grows by so much per hour. @default 0 */
  readonly growth?: number
  /** @default none */
  readonly changes?: Partial<ProofTerms>
  /** How far a value depends on the one before. @default 0.9 */
  readonly autocorrelation?: number
}

/** Runs a whole proof on a simulated plant, in virtual time. */
export function prove({ seed, factor, lateMs = 0, growth = 0, changes, autocorrelation = 0.9 }: ProvenPlant): Proof {
  const noise = createNoise(createRandom(seed + 1000), autocorrelation)
  let proof = beginProof({ ...terms, seed, ...changes }, START)
  const was: boolean[] = []
  for (let tick = 1; proof.state === 'running'; tick++) {
    was.push(armsOf(proof).knob === 'act')
    const isOn = was[was.length - 1 - Math.round(lateMs / TICK_MS)] ?? false
    const level = 100 * (1 + growth) ** ((tick * TICK_MS) / 3_600_000) * (isOn ? factor : 1)
    const value = level * Math.exp(0.08 * noise())
    proof = advanceProof(proof, { type: 'tick', value, isSet: true }, START + tick * TICK_MS)
  }
  return proof
}
