import type { Proposal } from './decision.ts'
import type { Firing } from './firing.ts'
import type { Advice } from './receipt.ts'

/** One run of an action that only advises. It changes nothing, so it has no trial and no verdict. */
export interface AdviceGiven {
  /** e.g. `query.optimize#2` */
  readonly id: string
  readonly action: string
  readonly alert: string
  readonly labels: Firing['labels']
  readonly startedAt: number
  readonly endedAt: number
  readonly status: 'completed' | 'failed' | 'timeout' | 'aborted'
  /** The result of the run in one line, or the reason of its failure. It may quote the error of the action, so it stays in the process. */
  readonly summary: string
  /** The class or code of the error of a run that failed. */
  readonly errorType?: string
  readonly advice: readonly Advice[]
  /** The problems of the run, e.g. a table that could not be read; one line each. */
  readonly problems: readonly string[]
}

/** A piece of advice, over all runs that gave it. */
export interface StandingAdvice extends Advice {
  readonly action: string
  readonly alert: string
  readonly firstAt: number
  readonly lastAt: number
  /** Runs that gave it. */
  readonly times: number
  /** The time at which the action found that somebody had followed it. */
  readonly adoptedAt?: number
}

/** The runs of actions that only advise, as the gates read them. */
export interface AdviceState {
  /** The time until the action runs again for this alert, in words; undefined when it may run now. */
  cooldownOf(proposal: Proposal): string | undefined
  /** The reason why the action has no budget left; undefined while it has some. */
  spentOf(action: string): string | undefined
  /** Whether a run of the action is under way. */
  isRunning(action: string): boolean
}

/** The text of advice in one line: the change, the reason, and the statement to run. */
export function adviceText({ what, why, statement }: Advice): string {
  const because = why === '' ? '' : `, because ${why}`
  return `${what}${because}${statement === undefined ? '' : `; run: ${statement}`}`
}
