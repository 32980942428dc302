import type { Action } from '../words/action.ts'
import type { AdviceState } from '../words/advice-given.ts'
import type { BudgetLimits } from '../words/budget-limits.ts'
import type { Spending } from './budget.ts'
import type { Proposal } from '../words/decision.ts'
import type { RefusalReason } from '../words/refusal-reason.ts'
import type { FleetState } from '../words/fleet-state.ts'
import type { Firing } from '../words/firing.ts'
import type { KillSwitchState } from '../stop/kill-switch.ts'
import type { Mode } from '../words/mode.ts'
import type { Priority } from '../words/response.ts'
import type { OpenTrial } from '../words/trial.ts'

/** Everything a gate may look at. A gate is pure: the same state gives the same answer. */
export interface GateState {
  readonly now: number
  readonly killSwitch: KillSwitchState
  /** The mode in force for an action. */
  readonly modeOf: (action: string) => Mode
  readonly startedAt: number
  readonly warmUpMs: number
  readonly open: readonly OpenTrial[]
  readonly spending: Spending
  /** The same without preventive trials: prevention must not use up the budget of responses to present problems. */
  readonly spendingOnPresent: Spending
  /** All alerts that fire now. */
  readonly firings: readonly Firing[]
  readonly budget: BudgetLimits
  readonly fleet: FleetState
  /** Until when and why an action is not to be run for the alerts of a response; undefined when it may. */
  readonly quarantineOf: (answer: Answer) => string | undefined
  /** How long the action still rests for this alert; undefined when it does not. */
  readonly cooldownOf: (proposal: Proposal) => string | undefined
  /** What a guard of the response still has to learn before a trial may begin; undefined when all know enough. */
  readonly unlearnedOf: (proposal: Proposal) => string | undefined
  /** Describes the requirement of the response that does not hold now; undefined when all hold. */
  readonly unmetOf: (proposal: Proposal) => string | undefined
  /** Whether a run of the action, or on a resource of it, is still going on. */
  readonly isUnsettled: (action: Action) => boolean
  /** By resource: the most urgent alert that needs it lowered. What a preventive response would lower counts for preventive ones only. */
  readonly trouble: ReadonlyMap<string, Trouble>
  /** What this tick has found due already, and what waits for its lease; of an action that only advises, others like it. */
  readonly due: readonly Proposal[]
  readonly advice: AdviceState
}

/** An alert whose response lowers a resource, and the priority of that response. */
export interface Trouble {
  readonly alert: string
  readonly priority: Priority
}

/** What stays the same over all alerts that a response answers. */
export type Answer = Pick<Proposal, 'response' | 'action'>

interface Refuser<P> {
  readonly reason: RefusalReason
  /** One readable line when the gate refuses, undefined when it lets the proposal pass. */
  refuse(proposal: P, state: GateState): string | undefined
}

/** A reason not to act now on any alert that the response answers. It is evaluated once per tick, not for each alert. */
export interface StandingGate extends Refuser<Answer> {
  readonly isStanding: true
}

/** A reason not to act now. */
export type Gate = StandingGate | (Refuser<Proposal> & { readonly isStanding?: false })
