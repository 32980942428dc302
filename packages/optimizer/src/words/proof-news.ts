import type { Verdict } from './verdict.ts'

/** What a firing is called that hands an action to a proof: no alert stands behind it. */
export const PROOF_ALERT = 'homeostat prove'

/** Something that has happened to a proof that a person runs. Plain data. */
export interface ProofNews {
  /** The id of the proof, e.g. `prove#1`. */
  readonly id: string
  readonly knob: string
  readonly change: 'started' | 'paused' | 'resumed' | 'ended'
  /** When the proof began, and when this happened; in milliseconds since the epoch, in the ledger on its steady clock. */
  readonly startedAt: number
  readonly at: number
  /** What happened, for people. */
  readonly line: string
  /** The verdicts on the knob and on the placebo beside it, once the proof has ended. */
  readonly verdict?: Verdict
  readonly placebo?: Verdict
  /** Whether it ran to its end, and knob and placebo were reverted; once it has ended. */
  readonly isInOrder?: boolean
}

/** `prove#1 of http.compression: all 12 pairs are measured; ...` */
export function explainProof({ id, knob, line }: ProofNews): string {
  return `${id} of ${knob}: ${line}`
}
