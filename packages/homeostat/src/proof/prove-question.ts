import type { Proof, ProofPlan } from '@homeostat/lab/prove'

/** What a person wants to try on a running service. */
export interface ProveRequest {
  readonly knob: string
  /** At most one of the three; without any, what the response sets. */
  readonly to?: number
  readonly by?: number
  readonly factor?: number
  /** The alert of the response that gives values, measure and guards; needed where several responses set the knob. */
  readonly alert?: string
  /** PromQL of the number that should change. @default the expectation of the response */
  readonly expr?: string
  readonly direction?: 'up' | 'down'
}

export type ProveChange = 'pause' | 'resume' | 'abort'

/** What another process of the same user may ask about proofs. `look` and `state` change nothing. */
export type ProveQuestion = { readonly ask: 'prove' } & (
  | { readonly do: 'look'; readonly request: ProveRequest }
  | { readonly do: 'start'; readonly request: ProveRequest; readonly plan: StartedPlan }
  /** With the id that `start` has returned, it also prolongs the proof, which ends when nobody does so for a while. */
  | { readonly do: 'state'; readonly id?: string; readonly withData?: boolean }
  /** With an id, it is refused for another proof. */
  | { readonly do: ProveChange; readonly id?: string }
)

/** The part of a plan that the service follows. */
export interface StartedPlan extends Pick<ProofPlan, 'pairs' | 'blockMs' | 'carryOverMs' | 'isCarryOverDeclared'> {
  readonly seed: number
  readonly worth: number
  readonly harm: number
}

/** What would be tried, and what is known of its measure. */
export interface ProveLook {
  readonly knob: string
  readonly from: number
  readonly to: number
  readonly expr: string
  readonly direction: 'up' | 'down'
  /** The alert of the response that was taken, if any. */
  readonly alert?: string
  /** Expressions of the guards that would end it. */
  readonly guards: readonly string[]
  /** Time between two values of the measure; not there while its reader has not delivered three times. */
  readonly intervalMs?: number
  /** How far back the measure looks. */
  readonly rangeMs: number
  /** The longest time that may pass before a measure that nobody has read before has a value. */
  readonly slowestMs: number
  /** Values of the measure since somebody looks, oldest first. */
  readonly past: readonly (readonly [ms: number, value: number])[]
  /** Times in which something was switched meanwhile, by a trial or a person: a value from then is not noise. */
  readonly switchedAt: readonly number[]
}

export type Standing = 'as wanted' | 'on the way' | 'elsewhere'

/** Where a proof stands. */
export interface ProveState {
  readonly id: string
  readonly state: Proof['state']
  /** One line. */
  readonly line: string
  readonly donePairs: number
  /** Where knob and placebo were found last, compared with where the state wants them. */
  readonly standing: Standing
  /** How knob and placebo were reverted, once the proof is over. */
  readonly reverted?: readonly string[]
  /** Only where it was asked for. */
  readonly proof?: Proof
}

/** `refused` is one line that says why, and what to do. */
export type ProveAnswer<Answer> = Answer | { readonly refused: string }
