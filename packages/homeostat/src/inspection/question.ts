import type { Explanation } from '@homeostat/optimizer'
import type { LiveFacts } from '../examination/live-facts.ts'
import type { ProveQuestion } from '../proof/prove-question.ts'
import type { AlertStatus } from '../report/alert-status.ts'
import type { ReportContent } from '../report/report.ts'
import type { UnmatchedExplanation } from '../report/unmatched-rules.ts'

/** A question that another process of the same user may ask. None changes anything, but for proofs of knobs that the option `prove` names. */
export type Question =
  | ProveQuestion
  | { readonly ask: 'report' }
  | { readonly ask: 'doctor' }
  /** About a trial, a rule or its alert, or a tick; without an id, about the alerts that are pending or fire. */
  | { readonly ask: 'explain'; readonly id?: string }

/** The report, with its text for people. */
export interface ReportAnswer {
  readonly report: ReportContent
  readonly text: string
}

/** Without an id there is one entry per alert. For an unknown id the explanation is undefined. */
export interface ExplainAnswer {
  readonly alerts: readonly AlertStatus[]
  readonly explanation: Explanation | UnmatchedExplanation | undefined
}

export interface DoctorAnswer {
  readonly facts: LiveFacts
}

/** One line each, as JSON. */
export type Reply<Answer> = { readonly answer: Answer } | { readonly error: string }

/** A longer line is not a question. */
export const LONGEST_QUESTION = 4096
