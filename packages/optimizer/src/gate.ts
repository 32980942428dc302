import type { Decision, Proposal, RefusalReason } from './decision.ts'
import type { KillSwitchState } from './kill-switch.ts'
import type { Mode } from './mode.ts'
import type { Trial } from './trial.ts'

/** Everything a gate may look at. A gate is pure: the same state gives the same answer. */
export interface GateState {
  readonly now: number
  readonly killSwitch: KillSwitchState
  /** The mode in force for an action. */
  readonly modeOf: (action: string) => Mode
  readonly startedAt: number
  readonly warmUpMs: number
  readonly trials: readonly Trial[]
  /** Whether a run of the action is still going on. */
  readonly isUnsettled: (action: string) => boolean
  /** What this tick has decided already. */
  readonly decided: readonly Decision[]
}

/** A reason not to act now. */
export interface Gate {
  readonly reason: RefusalReason
  /** One readable line when the gate refuses, undefined when it lets the proposal pass. */
  refuse(proposal: Proposal, state: GateState): string | undefined
}
