import type { Advice } from '@homeostat/optimizer'
import { BoundedMap } from '@homeostat/signals'
import type { SlowStatement } from '../signals/slow-statements.ts'
import type { Origin } from '../signals/origin.ts'
import { readTable } from './catalog.ts'
import type { DedicatedClient } from './dedicated-client.ts'
import type { Finding } from './examination.ts'
import { explain } from './explain.ts'
import { coveringIndex, createIndexStatement } from './index-candidate.ts'
import { filteredScans } from './plan.ts'

/** As many as are followed up; the oldest are forgotten. */
const MOST_REMEMBERED = 100

/** An index that was advised, without the values of the statements that lack it. */
export interface AdvisedIndex {
  readonly origin: Origin
  readonly schema: string
  readonly table: string
  /** Quoted where the server requires it. */
  readonly columns: readonly string[]
  /** The fingerprint of the statement that lacks it. */
  readonly fingerprint: string
}

/** The indexes that were advised in this process, by their statements. */
export class AdvisedIndexes {
  readonly #byStatement = new BoundedMap<string, AdvisedIndex>(MOST_REMEMBERED)

  remember(findings: readonly Finding[]): void {
    for (const { candidate, statement } of findings) {
      const key = createIndexStatement(candidate)
      this.#byStatement.set(key, {
        origin: statement.origin,
        schema: candidate.scan.schema,
        table: candidate.scan.table,
        columns: candidate.columns.map(column => column.quoted),
        fingerprint: statement.fingerprint,
      })
    }
  }

  /** Undefined for advice of an earlier process. */
  of({ statement }: Advice): AdvisedIndex | undefined {
    return statement === undefined ? undefined : this.#byStatement.get(statement)
  }
}

/**
 * Whether somebody has followed the advice: a valid index of any name serves the columns, or the statement is no longer
 * answered by reading the table from end to end, because of another index or of statistics for example.
 *
 * @param statement - while it is still among the slow ones
 */
export function isFollowed(
  client: DedicatedClient,
  { schema, table: name, columns }: AdvisedIndex,
  statement: SlowStatement | undefined,
): Promise<boolean> {
  return client.inReadOnlyTransaction(async () => {
    const table = await readTable(client, schema, name)
    if (table === undefined) return false
    const wanted = [...table.columns.values()].filter(column => columns.includes(column.quoted))
    if (wanted.length === columns.length && coveringIndex({ table, columns: wanted }) !== undefined) return true
    if (statement === undefined || statement.bindValues.length === 0) return false
    const plan = await explain(client, statement)
    return plan !== undefined && !filteredScans(plan).some(scan => scan.schema === schema && scan.table === name)
  })
}
