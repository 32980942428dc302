import type { Alpha } from '@homeostat/judge'
import type { HistoryOptions } from './history.ts'

/** What is promised of the histories of a case; `size` promises nothing, its figures are printed. */
export type About =
  | 'placebo'
  | 'helps'
  | 'harms'
  | 'later'
  | 'mixture'
  | 'mixture by chance'
  | 'leak'
  | 'no leak'
  | 'size'

/** One line of the report: histories of one kind. */
export interface VerdictCase {
  readonly name: string
  readonly about: About
  readonly histories: number
  readonly history: HistoryOptions
  /** Through the whole loop in virtual time, which takes longer: rules, conditions, gates, trials and histories. @default the judge alone */
  readonly isWholeLoop?: boolean
  /** What the judge may spend. @default that of a first generation */
  readonly alpha?: Alpha
  /** Episodes from one question to the next; each answer counts. @default 4, so that there are several between two looks */
  readonly askedEvery?: number
}
