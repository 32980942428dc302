import { median } from '@homeostat/optimizer/judge'
import { donePairs, measuredValues } from './advance-proof.ts'
import { judgeProof, type ProofJudgement } from './judge-proof.ts'
import type { Proof, ProofBlock, ProofTerms } from './proof.ts'

/** A pair as it is compared: the medians of what is measured of its blocks, undefined without values. */
export interface MeasuredPair {
  readonly place: number
  readonly at: number
  readonly order: 'knob first' | 'knob second'
  readonly placebo: 'placebo first' | 'placebo second'
  /** With the knob at `to`, and at `from`. */
  readonly act: number | undefined
  readonly control: number | undefined
  /** How many values each of them is the median of. */
  readonly values: readonly [act: number, control: number]
}

/** Everything about a proof, for the file beside the report: what was asked, what was measured, and what follows. */
export interface ProofRecord {
  readonly version: 1
  readonly terms: ProofTerms
  readonly judgement: ProofJudgement
  readonly pairs: readonly MeasuredPair[]
  /** The raw data. */
  readonly proof: Proof
}

/** The record of a proof at its present state. */
export function recordOf(proof: Proof): ProofRecord {
  return { version: 1, terms: proof.terms, judgement: judgeProof(proof), pairs: measuredPairs(proof), proof }
}

/** The pairs that are compared, in the order of time. */
export function measuredPairs(proof: Proof): MeasuredPair[] {
  return donePairs(proof).map(({ place, blocks: [first, second] }) => {
    const [act, control] = first!.arm === 'act' ? [first!, second!] : [second!, first!]
    return {
      place,
      at: first!.from,
      order: first!.arm === 'act' ? 'knob first' : 'knob second',
      placebo: first!.placebo === 'act' ? 'placebo first' : 'placebo second',
      act: middleOf(act),
      control: middleOf(control),
      values: [measuredValues(act).length, measuredValues(control).length],
    }
  })
}

function middleOf(block: ProofBlock): number | undefined {
  const values = measuredValues(block)
  return values.length === 0 ? undefined : median(values)
}
