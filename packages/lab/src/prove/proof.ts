import type { judgeSwitchback } from '@homeostat/optimizer/judge'

/** The knob is at the value that is tried (`act`), or where it was. */
export type Arm = 'act' | 'control'

/** A value of the measure and its time in milliseconds since the epoch. */
export type Sample = readonly [ms: number, value: number]

/** What the judge says of a switchback. */
export type PairedJudgement = ReturnType<typeof judgeSwitchback>

/** What a proof tries, and how. Times are in milliseconds. Plain data, for records. */
export interface ProofTerms {
  readonly knob: string
  /** The value of the arm `control`: what the knob stood at when the proof began. */
  readonly from: number
  /** The value of the arm `act`. */
  readonly to: number
  /** PromQL of the number that should change. */
  readonly expr: string
  /** Which way is better. */
  readonly direction: 'up' | 'down'
  /** The smallest improvement worth having, relative. */
  readonly worth: number
  /** The smallest worsening that counts as harm, relative. */
  readonly harm: number
  /** Pairs of blocks, one with the knob at `to` and one at `from`, in an order that chance draws. */
  readonly pairs: number
  readonly blockMs: number
  /** So much at the start of each block is not measured. */
  readonly carryOverMs: number
  /** Whether a person has declared `carryOverMs`; else the effect is looked for in later blocks as well. */
  readonly isCarryOverDeclared: boolean
  /** The orders of all pairs follow from it. */
  readonly seed: number
}

/** A time in which knob and placebo stand still. */
export interface ProofBlock {
  readonly arm: Arm
  readonly placebo: Arm
  readonly from: number
  readonly measureFrom: number
  /** Exclusive. */
  readonly to: number
  /** Every value of the block, those before `measureFrom` included. */
  readonly samples: readonly Sample[]
  /** Ticks without a value, and ticks at which the knob did not stand where it should. */
  readonly missing: number
  readonly unset: number
}

/** Two blocks; the unit of comparison. */
export interface ProofPair {
  /** From 0. A pair that was dropped leaves its place to the next one. */
  readonly place: number
  /** One while the first block lasts. */
  readonly blocks: readonly ProofBlock[]
  /** `dropped` by a pause or an end: it is not compared. */
  readonly state: 'open' | 'done' | 'dropped'
}

/** Why a proof is over. */
export type ProofEnd =
  | 'completed'
  /** The knob did harm, by the judge or by a guard. */
  | 'harm'
  | 'guard'
  | 'aborted'
  /** Nobody asked for it any more: the command line was killed. */
  | 'abandoned'
  | 'kill switch'
  /** A response that keeps the process safe needs the resource. */
  | 'safety'
  /** Somebody else has set the knob, or it could not be set. */
  | 'superseded'
  | 'not set'
  /** The measure had no value any more. */
  | 'no values'
  | 'stopped'
  /** The process that ran it has ended. */
  | 'process ended'

/** How a proof ended. */
export interface ProofEnding {
  readonly why: ProofEnd
  /** One line. */
  readonly detail: string
  readonly at: number
}

/** A switchback of one knob that a person has asked for, with a placebo beside it. Changed by `advanceProof` only. */
export interface Proof {
  readonly version: 1
  readonly terms: ProofTerms
  readonly startedAt: number
  readonly state: 'running' | 'paused' | 'over'
  readonly pairs: readonly ProofPair[]
  readonly pauses: readonly { readonly from: number; readonly to?: number }[]
  /** What else happened meanwhile, and what guards cannot see: one line each. */
  readonly notes: readonly string[]
  readonly ending?: ProofEnding
}
