import type { Rule } from '@homeostat/promql'
import type { Steps } from '@homeostat/signals'
import type { Firing } from '../words/firing.ts'

type Labels = Firing['labels']

/** What is known about alerts beyond the samples of their rules. */
export interface AlertInputs {
  /** Reads ahead, in steps, what the other methods need for alerts of the rule with labels of these names. */
  prepare(rule: Rule, labels: Labels, now: number): Steps<void>
  /** Whether every series that the rule's expression reads for these labels has a fresh value. Absence is not health. */
  hasInputs(rule: Rule, labels: Labels, now: number): boolean
  /** Whether the trouble is over by the `clear` expressions of all responses to the alert; true when there is none. */
  isClear(rule: Rule, labels: Labels, now: number): boolean
}
