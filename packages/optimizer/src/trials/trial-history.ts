import type { Arm } from '@homeostat/judge'
import type { OwnJudgement, UndoResult } from '../words/receipt.ts'
import type { Trial } from '../words/trial.ts'
import type { TrialDesign } from '../words/trial-design.ts'
import type { Judgement } from '../words/verdict.ts'

/** What names the history of a trial. */
export type HistorySubject = Pick<Trial, 'alert' | 'action' | 'version' | 'response'>

/** The history of a rule and an action, as far as their trials go: they get their arm from it and report their outcome to it. */
export interface TrialHistory {
  /** Whether the next run is made or withheld. */
  draw(): Arm
  /** So many pairs of blocks a trial that answers by itself needs at least. */
  readonly leastPairs: number
  /** How the next trial answers by itself, if it does. */
  takeDesign(now: number): TrialDesign | undefined
  /** A guard was breached. */
  breach(trial: Trial, now: number): void
  /**
   * Takes a trial that is over; returns its verdict.
   *
   * @param isBreached - whether {@link breach} has counted it already
   */
  judge(trial: Exclude<Trial, { state: 'running' }>, now: number, isBreached: boolean): Judgement
  /** An action has judged its change itself. */
  judgedItself(judgement: OwnJudgement, now: number): void
  /** A change was reverted, or could not be. */
  advance(event: { readonly type: 'reverted'; readonly result: UndoResult['result'] }, now: number): void
}

/** The histories of all rules and actions. */
export interface TrialHistories {
  of(subject: HistorySubject): TrialHistory
  /** Until when and why an action is not to be run, in one line; undefined when it may. */
  quarantineOf(subject: HistorySubject, now: number): string | undefined
}
