import type { Outcome, Verdict } from './verdict.ts'
import type { Expectation } from './response.ts'

interface TrialBase {
  /** Readable and unique in the process, e.g. `cache.warm#3`. */
  readonly id: string
  readonly action: string
  readonly alert: string
  /** Name and labels of the alert that asked for it. */
  readonly alertKey: string
  readonly labels: Readonly<Record<string, string>>
  readonly touches: readonly string[]
  readonly startedAt: number
  readonly expect?: Expectation
  /** The value of `expect.expr` when the action was decided. */
  readonly before?: number
}

/** The action runs. */
export interface RunningTrial extends TrialBase {
  readonly state: 'running'
}

/** The action is over and its effect is awaited. */
export interface SettlingTrial extends TrialBase {
  readonly state: 'settling'
  readonly outcome: Outcome
  readonly endedAt: number
  readonly judgeAt: number
}

export interface JudgedTrial extends TrialBase {
  readonly state: 'judged'
  readonly outcome: Outcome
  readonly endedAt: number
  readonly judgedAt: number
  readonly verdict: Verdict
  readonly reason: string
  /** The value of `expect.expr` when the trial was judged. */
  readonly after?: number
}

/** An action that was really started, under observation. Each state carries just the data that is valid in it. */
export type Trial = RunningTrial | SettlingTrial | JudgedTrial

export function isOpen(trial: Trial): trial is RunningTrial | SettlingTrial {
  return trial.state !== 'judged'
}
