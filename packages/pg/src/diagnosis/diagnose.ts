import type { Advice } from '@homeostat/optimizer'
import type { Examination } from '../indexes/examination.ts'
import type { Server } from '../indexes/server.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import { deadRows } from './dead-rows.ts'
import { misestimates } from './misestimates.ts'
import type { SeenLockWaits } from './seen-lock-waits.ts'
import { spareIndexes } from './spare-indexes.ts'
import { spills } from './spills.ts'
import type { TimeElsewhere } from './time-elsewhere.ts'

/** Where causes are gathered, and what earlier looks at the same statements saw. */
export interface Causes {
  readonly found: Advice[]
  readonly elsewhere: TimeElsewhere
  readonly lockWaits: SeenLockWaits
  /** When this look at them began, in milliseconds of the monotonic clock. */
  readonly began: number
}

/**
 * What is wrong with a statement beside the indexes that it lacks.
 *
 * @param server - in the transaction of its examination
 */
export async function diagnose(
  server: Server,
  statement: SlowStatement,
  { plan, uses, findings }: Examination,
  minTableRows: number,
  elsewhere: TimeElsewhere,
): Promise<readonly Advice[]> {
  if (plan === undefined) return []
  const causes = [...misestimates(statement, plan, uses), ...(await spills(server, plan, statement.summary))]
  const tables = new Map(uses.map(({ table }) => [table.oid, table]))
  const large = [...tables.values()].filter(({ rows }) => rows >= minTableRows)
  for (const table of large) causes.push(...(await deadRows(server, table)))
  // Another cause explains the time already.
  const explained = causes.length > 0 || findings.length > 0 ? causes : elsewhere.look(statement, plan)
  return [...explained, ...large.flatMap(spareIndexes)]
}
