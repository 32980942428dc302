export type { Action, ActionContext, Reclaimer } from './words/action.ts'
export { DEFAULT_BUDGET, type BudgetLimits } from './words/budget-limits.ts'
export { DeltaSums } from './signals/delta-sums.ts'
export { SnapshotReader } from './signals/snapshot-reader.ts'
export { alertKey } from './words/alert-key.ts'
export { decide, type DecisionInput } from './decisions/decide.ts'
export type { Decision, Proposal, Refusal } from './words/decision.ts'
export type { RefusalReason } from './words/refusal-reason.ts'
export type { Domain, Loop } from './words/domain.ts'
export { ActionTimeoutError, NotAReceiptError, ReceiptTooLargeError } from './actions/errors.ts'
export { StoreLimitError } from './alerts/errors.ts'
export { DuplicateActionError } from './words/action.ts'
export { evidenceOf, type Evidence as ActionEvidence } from './verdicts/evidence.ts'
export type { Explanation, TrialRecord } from './ledger/explain.ts'
export type { Firing, PendingAlert, Transition } from './words/firing.ts'
export { chooseCoordinator, type CoordinatorChoice } from './fleet/choose-coordinator.ts'
export type { CoordinatorCandidate } from './words/coordinator.ts'
export {
  parseUndoRecord,
  type Coordinator,
  type FleetLease,
  type Orphan,
  type UndoRecord,
} from './words/coordinator.ts'
export { withinDeadline, type Unavailable } from './fleet/deadline.ts'
export { CoordinatorUnavailableError, LeaseLostError } from './fleet/errors.ts'
export { Fleet, type FleetClaim, type FleetOptions } from './fleet/fleet.ts'
export { refuseByFleet, type FleetAction } from './fleet/fleet-state.ts'
export type { FleetState } from './words/fleet-state.ts'
export type { Permit } from './fleet/permit.ts'
export { actionKey, knobKey } from './fleet/lease-key.ts'
export { DISRUPTED_SHARE, slotsOf } from './fleet/slots.ts'
export type { Gate, GateState } from './decisions/gate.ts'
export * from './trials/guards/index.ts'
export { Histories, isWorthKeeping, type SavedHistories } from './verdicts/histories.ts'
export type { History } from './verdicts/history.ts'
export { parseSavedHistory, type SavedHistory } from './verdicts/saved-history.ts'
export type { AlertInputs } from './alerts/alert-inputs.ts'
export { Conditions, type ConditionsOptions } from './alerts/conditions.ts'
export {
  advanceStanding,
  freshStanding,
  type Quarantine,
  type Standing,
  type StandingEvent,
  type StandingPolicy,
} from './verdicts/standing.ts'
export type { Arm, Sample } from '@homeostat/judge'
export { KillFile, type KillFileOptions } from './stop/kill-file.ts'
export { KillSignal, type KillSignalOptions } from './stop/kill-signal.ts'
export { KillSwitch, type KillSwitchSource, type KillSwitchState } from './stop/kill-switch.ts'
export type { Bounds, Knob, KnobOptions } from './words/knob.ts'
export {
  DuplicateKnobError,
  KnobAnswerError,
  KnobOptionsError,
  KnobOutOfBoundsError,
  KnobTimeoutError,
  KnobUncertainError,
  RecordRefusedError,
} from './knobs/errors.ts'
export { JournalUnavailableError } from './state/errors.ts'
export { knobAction, knobActionNames, knobActions } from './knobs/knob-action.ts'
export type { KnobsOptions } from './knobs/knobs-options.ts'
export { Knobs } from './knobs/knobs.ts'
export { checkStateFolder, openStateFolder, stateFolder, type StateFolderOptions } from './state/state-folder.ts'
export { Ledger } from './ledger/ledger.ts'
export type { LedgerEntry, LedgerListener, RuleFailure } from './words/ledger-entry.ts'
export { isMode, lesserMode, modes, type Mode } from './words/mode.ts'
export { Optimizer } from './optimizer.ts'
export type { OptimizerOptions } from './optimizer-options.ts'
export type { ProgramSource } from './alerts/program.ts'
export { atOnce, SlicedWork, type Steps } from './time/sliced-work.ts'
export { MOST_RESPONSES, MOST_RULES } from './alerts/program-limits.ts'
export {
  isEmptyReceipt,
  type Advice,
  type Receipt,
  type Undo,
  type UndoContext,
  type UndoResult,
} from './words/receipt.ts'
export { copyReceipt, isReceipt } from './actions/receipt-copy.ts'
export type {
  Design,
  Direction,
  Expectation,
  Guard as ResponseGuard,
  Priority,
  Requirement,
  Response,
} from './words/response.ts'
export { expressionsOf } from './words/response-expressions.ts'
export type { ForeignScope, Snapshot } from './words/snapshot.ts'
export { chooseServer, type ServerCandidate, type ServerChoice, type ServerEngine } from './words/server-candidate.ts'
export { ServerIdentities, type ServerIdentitiesOptions, type ServerIdentity } from './fleet/server-identities.ts'
export { chooseStateStore, type StateStoreChoice } from './state/choose-state-store.ts'
export { StateStoreUnavailableError, StateTooLargeError } from './state/errors.ts'
export { createFileStateStore, type FileStateStoreOptions } from './state/file-state-store.ts'
export { replaceFile } from './state/replace-file.ts'
export { serviceScope } from './state/service-scope.ts'
export { type StateStore, type StateStoreCandidate } from './words/state-store.ts'
export { checkStateSize } from './state/state-size.ts'
export { MAX_STATE_BYTES } from './state/state-size.ts'
export { steadyNow, wallTime } from './time/steady-clock.ts'
export { TraceWindow } from './ledger/telemetry/trace-window.ts'
export { Ticker } from './time/ticker.ts'
export {
  isOpen,
  revertCauses,
  type JudgedTrial,
  type RunningTrial,
  type SettlingTrial,
  type Trial,
} from './words/trial.ts'
export type { Judgement, Outcome, Verdict } from './words/verdict.ts'
export { LoopBlockedError, WatchdogLostError, type BlockedLoop } from './stop/watchdog/loop-blocked-error.ts'
export { Watchdog, type WatchdogOptions } from './stop/watchdog/watchdog.ts'
export { watchFiles } from './stop/watch-files.ts'
export type { Rule, RuleSource } from '@homeostat/promql'
export { adviceText, type AdviceGiven, type StandingAdvice } from './words/advice-given.ts'
export { explainFiring, explainPending, explainTrial } from './ledger/explain.ts'
export { plainDuration, plainNumber } from './words/plain-numbers.ts'
export { ledgerNews, type News } from './ledger/telemetry/ledger-events.ts'
export { isAdvice } from './words/action.ts'
export { harmfulByGuards, type GuardComparison } from './verdicts/harmful-by-guards.ts'
