import type { SlowStatement } from '../signals/slow-statements.ts'

/** What a record holds. */
export interface StatementRecord {
  /** Those with the most time in total first. */
  readonly statements: readonly SlowStatement[]
  /** How many were left out because they name no table of the application: statements, or their runs in a log. */
  readonly passedOver: number
  /** What it lacks, and what of it was passed over, in words. */
  readonly problems: readonly string[]
}
