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
  /** One line: what was looked at, or why the run failed. It may quote the error of the action, so it stays in the process. */
  readonly summary: string
  /** The class or code of the error of a run that failed. */
  readonly errorType?: string
  readonly advice: readonly Advice[]
  /** What could not be looked at, one line each. */
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
  /** When somebody was found to have followed it. */
  readonly adoptedAt?: number
}

/** What the gates ask of the runs of actions that only advise. */
export interface AdviceState {
  /** How long the action still rests for this alert; undefined when it does not. */
  cooldownOf(proposal: Proposal): string | undefined
  /** What it has used up of its budget; undefined while there is some left. */
  spentOf(action: string): string | undefined
  isRunning(action: string): boolean
}

/** What to do, why, and what to run, in one line. */
export function adviceText({ what, why, statement }: Advice): string {
  const because = why === '' ? '' : `, because ${why}`
  return `${what}${because}${statement === undefined ? '' : `; run: ${statement}`}`
}
