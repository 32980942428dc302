import type { RefusalReason } from './refusal-reason.ts'
import type { Action } from './action.ts'
import type { Firing } from './firing.ts'
import type { Mode } from './mode.ts'
import type { Response } from './response.ts'
import type { OpenTrial, TrialArm } from './trial.ts'
import type { TrialDesign } from './trial-design.ts'

/** An action that is due: who asked for it and what it is. */
export interface Proposal {
  readonly firing: Firing
  readonly response: Response
  readonly action: Action
}

/** All gates let the action pass. */
export interface Due extends Proposal {
  readonly kind: 'due'
}

/** What is done about a proposal that is due: the action is run, or withheld as a control. */
export interface Decision extends Proposal {
  readonly kind: 'decision'
  readonly arm: TrialArm
  /** The version of the rule and the response; names the history it belongs to. */
  readonly version: string
  /** The gates that let it pass, in the order in which they were asked. */
  readonly gates: readonly RefusalReason[]
  /** The other responses to the same firing, and why they are not taken. */
  readonly alternatives: readonly Refusal[]
  /** How the trial answers by itself; left out for an episode among others. */
  readonly design?: TrialDesign
}

/** Why nothing is done about a firing alert, or about one of its responses. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly firing: Firing
  readonly response?: Response
  /** The mode in force for the action. */
  readonly mode?: Mode
  readonly reason: RefusalReason
  /** One readable line with the numbers behind the reason. */
  readonly detail: string
  /** The action of the response, when nothing but the mode stands in its way. */
  readonly wouldRun?: Action
  /** The trials of preventive responses that are ended for it, when nothing else stands in its way. */
  readonly preempts?: readonly OpenTrial[]
}
