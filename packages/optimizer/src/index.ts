export type { Action, ActionContext, Reclaimer } from './action.ts'
export type { BudgetLimits } from './budget.ts'
export { decide, type DecisionInput } from './decide.ts'
export type { Decision, Proposal, Refusal } from './decision.ts'
export type { RefusalReason } from './refusal-reason.ts'
export type { Domain, Loop } from './domain.ts'
export { ActionTimeoutError, DuplicateActionError, NotAReceiptError, StoreLimitError } from './errors.ts'
export { evidenceOf, type Evidence as ActionEvidence } from './evidence.ts'
export type { Explanation, TrialRecord } from './explain.ts'
export type { Firing, PendingAlert, Transition } from './firing.ts'
export { chooseCoordinator, type CoordinatorCandidate, type CoordinatorChoice } from './fleet/choose-coordinator.ts'
export {
  parseUndoRecord,
  type Coordinator,
  type FleetLease,
  type Orphan,
  type UndoRecord,
} from './fleet/coordinator.ts'
export { withinDeadline, type Unavailable } from './fleet/deadline.ts'
export { CoordinatorUnavailableError, LeaseLostError } from './fleet/errors.ts'
export { Fleet, type FleetClaim, type FleetOptions } from './fleet/fleet.ts'
export { refuseByFleet, type FleetAction, type FleetState } from './fleet/fleet-state.ts'
export type { Permit } from './fleet/permit.ts'
export { actionKey, knobKey } from './fleet/lease-key.ts'
export { DISRUPTED_SHARE, slotsOf } from './fleet/slots.ts'
export type { Gate, GateState } from './gate.ts'
export * from './guards/index.ts'
export { Histories, isWorthKeeping, type SavedHistories } from './histories.ts'
export type { History } from './history.ts'
export { parseSavedHistory, type SavedHistory } from './saved-history.ts'
export { advanceCourse, isPossible } from './instances/advance-course.ts'
export {
  advanceCondition,
  INACTIVE,
  isActionable,
  isFiring,
  type Condition,
  type ConditionPolicy,
  type Reading,
} from './instances/condition.ts'
export { IDLE, type Course, type CourseEvent, type CoursePolicy, type CourseState } from './instances/course.ts'
export { Conditions, Courses, type ConditionChange } from './instances/instances.ts'
export { readingOf, type Evidence } from './instances/reading.ts'
export {
  advanceStanding,
  freshStanding,
  type Quarantine,
  type Standing,
  type StandingEvent,
  type StandingPolicy,
} from './instances/standing.ts'
export {
  bucketOf,
  drawArm,
  judge,
  judgeSplit,
  judgeSwitchback,
  palliative,
  planSwitchback,
  progress,
  type Arm,
  type ArmState,
  type Episode,
  type JudgeInput,
  type JudgeStatistics,
  type Leak,
  type Sample,
} from './judge/index.ts'
export type { Judgement as JudgeVerdict } from './judge/judgement.ts'
export { KillFile, type KillFileOptions } from './kill-file.ts'
export { KillSignal, type KillSignalOptions } from './kill-signal.ts'
export { KillSwitch, type KillSwitchSource, type KillSwitchState } from './kill-switch.ts'
export type { Bounds, Knob, KnobOptions } from './knob.ts'
export {
  DuplicateKnobError,
  JournalUnavailableError,
  KnobAnswerError,
  KnobOptionsError,
  KnobOutOfBoundsError,
  KnobTimeoutError,
  KnobUncertainError,
  RecordRefusedError,
} from './knobs/errors.ts'
export { knobAction, knobActionNames, knobActions } from './knobs/knob-action.ts'
export type { KnobsOptions } from './knobs/knobs-options.ts'
export { Knobs } from './knobs/knobs.ts'
export { checkStateFolder, openStateFolder, stateFolder, type StateFolderOptions } from './knobs/state-folder.ts'
export { Ledger, type LedgerEntry, type LedgerListener, type RuleFailure } from './ledger.ts'
export { isMode, lesserMode, modes, type Mode } from './mode.ts'
export { Optimizer } from './optimizer.ts'
export type { OptimizerOptions } from './optimizer-options.ts'
export type { ProgramSource } from './program.ts'
export { MOST_RESPONSES, MOST_RULES } from './program-limits.ts'
export { isEmptyReceipt, type Advice, type Receipt, type Undo, type UndoContext, type UndoResult } from './receipt.ts'
export { isReceipt } from './receipt-copy.ts'
export type {
  Design,
  Direction,
  Expectation,
  Guard as ResponseGuard,
  Priority,
  Requirement,
  Response,
} from './response.ts'
export { expressionsOf } from './response-expressions.ts'
export type { ForeignScope, Snapshot } from './snapshot.ts'
export { chooseServer, type ServerCandidate, type ServerChoice, type ServerEngine } from './server-candidate.ts'
export { ServerIdentities, type ServerIdentitiesOptions, type ServerIdentity } from './server-identities.ts'
export { chooseStateStore, type StateStoreChoice } from './state/choose-state-store.ts'
export { StateStoreUnavailableError, StateTooLargeError } from './state/errors.ts'
export { createFileStateStore, type FileStateStoreOptions } from './state/file-state-store.ts'
export { replaceFile } from './state/replace-file.ts'
export { serviceScope } from './state/service-scope.ts'
export { checkStateSize, MAX_STATE_BYTES, type StateStore, type StateStoreCandidate } from './state/state-store.ts'
export { steadyNow, wallTime } from './steady-clock.ts'
export { TraceWindow } from './telemetry/trace-window.ts'
export { Ticker } from './ticker.ts'
export { isOpen, type JudgedTrial, type RunningTrial, type SettlingTrial, type Trial } from './trial.ts'
export type { Judgement, Outcome, Verdict } from './verdict.ts'
export { LoopBlockedError, WatchdogLostError, type BlockedLoop } from './watchdog/loop-blocked-error.ts'
export { Watchdog, type WatchdogOptions } from './watchdog/watchdog.ts'
export { watchFiles } from './watch-files.ts'
export { actionSchema } from './schemas/action-schema.ts'
export { budgetSchema } from './schemas/budget-schema.ts'
export { knobOptionsSchema, knobSchema } from './schemas/knob-schema.ts'
export { LONGEST_RUN_MS, responseSchema } from './schemas/response-schema.ts'
export { ruleSourceSchema } from './schemas/rule-schema.ts'
export type { Rule, RuleSource } from '@homeostat/promql'
export { adviceText, type AdviceGiven, type StandingAdvice } from './advice-given.ts'
export { explainFiring, explainPending, explainTrial } from './explain.ts'
export { plainDuration, plainNumber } from './plain-numbers.ts'
export { ledgerNews, type News } from './telemetry/ledger-events.ts'
export { isAdvice } from './action.ts'
