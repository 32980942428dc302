import { databaseOf } from '../signals/origin.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import type { IndexDefinition } from './index-definition.ts'

/** An index that would help one statement. */
export interface Finding {
  readonly definition: IndexDefinition
  /** So many of its keys are compared for equality, from the front. */
  readonly equalKeys: number
  /** That no other relation has. */
  readonly name: string
  readonly statement: SlowStatement
  /** Rows that the index finds at a time. */
  readonly rows: number
  /** Cost of the whole plan as it is, and with the index and those advised beside it. */
  readonly cost: number
  readonly costWith: number
  /** The share of the cost that is saved over the runs that are kept, whatever their values. */
  readonly savedShare: number
  /** Cost of the whole plan as it is, as the planner says it: without the rows that are written. */
  readonly planCost: number
  /** Why the planner was not asked; undefined when it was, and uses the index. */
  readonly unverified: string | undefined
  /** The index serves the check of a reference from the table. */
  readonly isReference: boolean
}

/** Tells tables of one name apart that are in several databases. */
export function tableOf({ definition, statement }: Finding): string {
  return `${databaseOf(statement.origin)} ${definition.table.name}`
}
