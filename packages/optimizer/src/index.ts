// What a person who uses the loop needs: its contracts, its options and the errors it reports.
export { ActionTimeoutError, NotAReceiptError, ReceiptTooLargeError } from './actions/errors.ts'
export { StoreLimitError } from './signals/signal-store.ts'
export type { ProgramSource } from './alerts/program.ts'
export { Fleet } from './fleet/fleet.ts'
export {
  DuplicateKnobError,
  KnobAnswerError,
  KnobOptionsError,
  KnobOutOfBoundsError,
  KnobTimeoutError,
  KnobUncertainError,
  RecordRefusedError,
} from './knobs/errors.ts'
export { knobAction, knobActions } from './knobs/knob-action.ts'
export type { KnobsOptions } from './knobs/knobs-options.ts'
export { Knobs } from './knobs/knobs.ts'
export type { Explanation, TrialRecord } from './ledger/explain.ts'
export type { OptimizerOptions } from './optimizer-options.ts'
export { Optimizer } from './optimizer.ts'
export { JournalUnavailableError } from './state/errors.ts'
export { KillSwitch } from './stop/kill-switch.ts'
export { LoopBlockedError, WatchdogLostError } from './stop/watchdog/loop-blocked-error.ts'
export type { Evidence as ActionEvidence } from './verdicts/evidence.ts'
export {
  DuplicateActionError,
  isAdvice,
  type Action,
  type ActionContext,
  type Reclaimer,
  type SplitBlocks,
} from './words/action.ts'
export type { AdviceGiven, StandingAdvice } from './words/advice-given.ts'
export type { BudgetLimits } from './words/budget-limits.ts'
export type { Coordinator, CoordinatorCandidate } from './words/coordinator.ts'
export type { Decision, Refusal } from './words/decision.ts'
export type { Domain, DomainDefinition, DomainPeers, DomainWith, Loop } from './words/domain.ts'
export type { Firing } from './words/firing.ts'
export type { FleetState } from './words/fleet-state.ts'
export type { Bounds, Knob, KnobOptions } from './words/knob.ts'
export type { LedgerEntry, LedgerListener } from './words/ledger-entry.ts'
export type { ProofNews } from './words/proof-news.ts'
export { isMode, modes, type Mode } from './words/mode.ts'
export type { Advice, OwnJudgement, Receipt, Undo, UndoContext, UndoResult } from './words/receipt.ts'
export type { RefusalReason } from './words/refusal-reason.ts'
export type {
  Design,
  Direction,
  Expectation,
  Priority,
  Requirement,
  Response,
  Guard as ResponseGuard,
} from './words/response.ts'
export type { Snapshot } from './words/snapshot.ts'
export type {
  BreakerState,
  GuardedCallContext,
  GuardedCallOptions,
  GuardedOptions,
  GuardedService,
  ServiceGuards,
} from './words/service-guards.ts'
export type { Reflex } from './words/reflex.ts'
export type { JobStallGuard, LockOutcome, RescuedJobs, StallReceipt } from './words/stall-guard.ts'
export type { StateStore, StateStoreCandidate } from './words/state-store.ts'
export type { Trial } from './words/trial.ts'
export type { Judgement, Outcome, Verdict } from './words/verdict.ts'
export type { Rule, RuleSource } from '@homeostat/promql'
