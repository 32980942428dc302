import type { SlowStatement } from '../signals/slow-statements.ts'

/** What a record holds. */
export interface StatementRecord {
  /** Those with the most time in total first. */
  readonly statements: readonly SlowStatement[]
  /** What it lacks, and what of it was passed over, in words. */
  readonly problems: readonly string[]
}
