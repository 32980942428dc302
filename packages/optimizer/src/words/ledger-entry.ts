import type { FleetState } from './fleet-state.ts'
import type { AdviceGiven, StandingAdvice } from './advice-given.ts'
import type { Remaining } from './budget-limits.ts'
import type { Decision, Refusal } from './decision.ts'
import type { Firing, LimitedRule, PendingAlert, Transition } from './firing.ts'
import type { Mode } from './mode.ts'
import type { ProofNews } from './proof-news.ts'
import type { JudgedTrial, RunningTrial, SettlingTrial, Trial, TrialArm, Verdicted } from './trial.ts'

/** A rule that could not be evaluated. */
export interface RuleFailure {
  readonly rule: string
  readonly error: string
}

/** What happened in one tick. All telemetry of Homeostat about itself is derived from these. */
export interface LedgerEntry {
  readonly id: number
  /** Start of the tick, in milliseconds since the epoch. */
  readonly now: number
  /** From the start of the tick to its decisions, actions excluded. */
  readonly durationMs: number
  readonly mode: Mode
  /**
   * What an older entry was shortened to, so that its lists of alerts and refusals are not complete: the alerts and refusals that began in
   * its tick, or only what was done. Left out: nothing is missing.
   */
  readonly abridged?: 'to what began' | 'to what was done'
  readonly pending: readonly PendingAlert[]
  readonly firings: readonly Firing[]
  /** Alerts that began or ceased to be pending or to fire. */
  readonly transitions: readonly Transition[]
  readonly failures: readonly RuleFailure[]
  /** Rules that find more alerts than they may have. */
  readonly limited: readonly LimitedRule[]
  readonly decisions: readonly Decision[]
  readonly refusals: readonly Refusal[]
  /** The refusals that the tick before did not have, or had for another reason. */
  readonly refused: readonly Refusal[]
  /** Actions started in this tick. */
  readonly started: readonly RunningTrial[]
  /** Actions that ended since the tick before. */
  readonly ended: readonly SettlingTrial[]
  /** Actions that were due and withheld in this tick, to see what happens without them. */
  readonly withheld: readonly SettlingTrial[]
  /** Runs of actions that only advise, that ended since the tick before. */
  readonly advised: readonly AdviceGiven[]
  /** Advice that somebody was found to have followed. */
  readonly adopted: readonly StandingAdvice[]
  /** Guards that were breached. */
  readonly breaches: readonly LedgerBreach[]
  /** Trials that were judged since the tick before. */
  readonly verdicts: readonly Verdicted[]
  /** Changes that were reverted, or could not be, since the tick before. */
  readonly reverted: readonly JudgedTrial[]
  /** Actions that may not be run any more for an alert, for now. */
  readonly quarantined: readonly QuarantinedAction[]
  /** Modes that the evidence has begun to speak for. */
  readonly offers: readonly ModeOffer[]
  /** What happened to a proof that a person runs. */
  readonly proofs: readonly ProofNews[]
  /** Trials that are open at the end of the tick. */
  readonly open: readonly Pick<Trial, 'id' | 'action' | 'arm' | 'state'>[]
  /** What is known of the effects of actions that were judged in this tick. */
  readonly effects: readonly KnownEffect[]
  readonly fleet: FleetState
  /** What is left to do of what the loop may do. */
  readonly budgets: readonly BudgetOfAction[]
}

export interface BudgetOfAction {
  readonly action: string
  readonly remaining: readonly Remaining[]
}

/** How an action changes what it should change, relative to doing nothing. */
export interface KnownEffect {
  readonly alert: string
  readonly action: string
  /** -0.2 is 20 % lower. */
  readonly effect: number
  readonly interval: readonly [low: number, high: number]
}

/** A mode that the evidence supports. It is only offered: a person has to set it. */
export interface ModeOffer {
  readonly alert: string
  readonly action: string
  readonly mode: Mode
  readonly because: string
}

export interface LedgerBreach {
  readonly trial: string
  readonly action: string
  readonly arm: TrialArm
  readonly reason: string
}

export interface QuarantinedAction {
  readonly alert: string
  readonly action: string
  readonly until: number
  readonly reason: string
}

/** Receives each ledger entry. Errors and rejections are reported and do not reach the loop. */
export type LedgerListener = (entry: LedgerEntry) => void | Promise<void>
