import type { Response } from '../words/response.ts'

/** What a history is of, and what it needs. */
export interface HistoryOptions {
  readonly alert: string
  readonly action: string
  /** Changes with the rule and the response. */
  readonly version: string
  readonly response: Response
  /** Time between ticks; says how many values a window holds. */
  readonly intervalMs: number
  readonly random: () => number
  /** What the action compares where it judges its own changes. @default the loop judges */
  readonly ownEstimand?: string | undefined
}
