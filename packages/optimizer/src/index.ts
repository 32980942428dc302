export type { Action, ActionContext, Reclaimer } from './action.ts'
export { decide, type DecisionInput } from './decide.ts'
export type { Decision, Proposal, Refusal, RefusalReason } from './decision.ts'
export type { Domain } from './domain.ts'
export { ActionTimeoutError, DuplicateActionError, NotAReceiptError, StoreLimitError } from './errors.ts'
export type { Explanation } from './explain.ts'
export type { Firing } from './firing.ts'
export type { Gate, GateState } from './gate.ts'
export { KillSwitch, type KillSwitchState } from './kill-switch.ts'
export type { Bounds, Knob } from './knob.ts'
export { Ledger, type LedgerEntry, type LedgerListener, type PendingAlert, type RuleFailure } from './ledger.ts'
export { isMode, lesserMode, modes, type Mode } from './mode.ts'
export { Optimizer, type OptimizerOptions } from './optimizer.ts'
export {
  isEmptyReceipt,
  isReceipt,
  type Advice,
  type Receipt,
  type Undo,
  type UndoContext,
  type UndoResult,
} from './receipt.ts'
export type { Direction, Expectation, Guard as ResponseGuard, Priority, Response } from './response.ts'
export type { ForeignScope, Snapshot } from './snapshot.ts'
export { Ticker } from './ticker.ts'
export { isOpen, type JudgedTrial, type RunningTrial, type SettlingTrial, type Trial } from './trial.ts'
export type { Judgement, Outcome, Verdict } from './verdict.ts'
export type { Rule } from '@homeostat/promql'
