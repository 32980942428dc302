import type { SpanContext } from '@opentelemetry/api'
import type { RefusalReason } from './refusal-reason.ts'
import type { Firing } from './firing.ts'
import type { Arm, Sample } from '@homeostat/judge'
import type { Receipt, UndoResult } from './receipt.ts'
import type { Response } from './response.ts'
import type { TrialDesign } from './trial-design.ts'
import type { Judgement, Outcome, Verdict } from './verdict.ts'

/** `shadow`: nothing was done because the mode does not allow it; such trials plan, and prove nothing. */
export type TrialArm = Arm | 'shadow'

/** The reasons for which a change is reverted. */
export const revertCauses = [
  'guard breached',
  'verdict',
  'undecided',
  'alert resolved',
  'lease lost',
  'preempted',
  'kill switch',
] as const

export type RevertCause = (typeof revertCauses)[number]

/** What else could have been done about the firing, and why it was not. */
export interface Alternative {
  readonly action?: string
  readonly reason: RefusalReason
  readonly detail: string
}

/** What an alert and an action keep from one trial to the next. */
export interface Rest {
  /** Trials in a row that did not help. Each of them doubles the cooldown. */
  readonly streak: number
  /** No trial begins before this time, in milliseconds since the epoch. */
  readonly notBefore: number
}

interface TrialBase {
  /** Readable and unique in the process, e.g. `cache.warm#3`. */
  readonly id: string
  readonly action: string
  /** Whether the action was run, or withheld to see what happens without it. */
  readonly arm: TrialArm
  readonly alert: string
  /** Name and labels of the alert that asked for it. */
  readonly alertKey: string
  readonly labels: Firing['labels']
  readonly touches: readonly string[]
  /** The response as it was when the trial began: a reload does not change a trial in flight. */
  readonly response: Response
  /** The version of the rule and the response; names the history it belongs to. */
  readonly version: string
  /** The gates that let it pass, in the order in which they were asked. */
  readonly gates: readonly RefusalReason[]
  /** The other responses to the same firing, and why they were not taken. */
  readonly alternatives: readonly Alternative[]
  /** The value that made the alert fire. */
  readonly value: number
  /** Requests and jobs that were traced while it fired. */
  readonly traces: readonly SpanContext[]
  /** The decision, in milliseconds since the epoch. */
  readonly startedAt: number
  /** Values of what is expected to change, from before the decision. */
  readonly before: readonly Sample[]
  /** The same after the settling, gathered as time goes on. */
  readonly after: readonly Sample[]
  /** For a split only: the values of the units that were left alone. */
  readonly beside: readonly Sample[]
  /** How this trial answers by itself; left out for an episode among others. */
  readonly design?: TrialDesign
  /** As the trial found it; the end of the trial changes it for the next one. */
  readonly rest: Rest
}

/** The action runs. */
export interface RunningTrial extends TrialBase {
  readonly state: 'running'
  /** Why the run is being ended early. When the run returns, with any result, the trial ends and its change is reverted. */
  readonly ending?: { readonly because: 'kill switch' | 'preempted'; readonly judgement?: Judgement }
}

/** The action is over, or withheld, and its effect is awaited. */
export interface SettlingTrial extends TrialBase {
  readonly state: 'settling'
  readonly outcome: Outcome
  readonly endedAt: number
}

/** The effect should show: the values are gathered. */
export interface VerifyingTrial extends TrialBase {
  readonly state: 'verifying'
  readonly outcome: Outcome
  readonly endedAt: number
}

/** Judged, and its change stays in force while the alert goes on. */
export interface KeptTrial extends JudgedBase {
  readonly state: 'kept'
}

/** The change is being reverted. */
export interface RevertingTrial extends JudgedBase {
  readonly state: 'reverting'
  readonly because: RevertCause
  /** Since when. */
  readonly from: number
}

/** All is over. */
export interface JudgedTrial extends JudgedBase {
  readonly state: 'judged'
  /** How the change was reverted, if it was. */
  readonly reverted?: UndoResult & { readonly because: RevertCause; readonly from: number; readonly at: number }
}

interface JudgedBase extends TrialBase {
  /** What its guards could not have seen, one line each. */
  readonly blindSpots: readonly string[]
  readonly outcome: Outcome
  readonly endedAt: number
  readonly judgedAt: number
  readonly verdict: Verdict
  readonly reason: string
}

/** One decision under observation: the action's run, or its absence. Each state carries just the data that is valid in it. */
export type Trial = RunningTrial | SettlingTrial | VerifyingTrial | KeptTrial | RevertingTrial | JudgedTrial

/** A trial with its verdict, whether or not its change is still in force. */
export type Verdicted = JudgedTrial | KeptTrial | RevertingTrial

/** A trial that still holds its resources. */
export type OpenTrial = Exclude<Trial, JudgedTrial>

/** Whether a trial still holds its resources. */
export function isOpen(trial: Trial): trial is OpenTrial {
  return trial.state !== 'judged'
}

/** The receipt of a trial's run, if it left one. */
export function receiptOf(trial: Trial): Receipt | undefined {
  return trial.state !== 'running' && trial.outcome.status === 'completed' ? trial.outcome.receipt : undefined
}

/** Whether a trial's run changed something that can be undone, whoever judges it. */
export function isUndoable(trial: Trial): boolean {
  return receiptOf(trial)?.undo !== undefined
}

/** Whether a trial's run changed something that the loop keeps while it helps. A change that its action has judged stays without the loop. */
export function isLasting(trial: Trial): boolean {
  return isUndoable(trial) && receiptOf(trial)?.judgement === undefined
}
