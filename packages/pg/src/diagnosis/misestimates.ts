import type { Advice } from '@homeostat/optimizer'
import { count } from '../indexes/index-advice.ts'
import { isWriting, type PlanNode } from '../indexes/plan.ts'
import type { TableUse } from '../indexes/table-use.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'

/** An estimate that is off by less seldom leads to another plan. */
const TOO_FAR = 10
/** Of few rows it does not matter how many there are. */
const LEAST_ROWS = 100
const MOST_COLUMNS = 8

/**
 * Rows that the planner expects against those that the application received with the same values. What a step within the plan really
 * found is known to `EXPLAIN ANALYZE` alone, which would run the statement.
 */
export function misestimates(
  { rows, summary }: Pick<SlowStatement, 'rows' | 'summary'>,
  plan: PlanNode,
  uses: readonly TableUse[],
): readonly Advice[] {
  const expected = expectedOf(plan)
  if (rows === undefined || expected === undefined || Math.max(rows, expected) < LEAST_ROWS) return []
  const factor = rows > expected ? rows / Math.max(1, expected) : expected / Math.max(1, rows)
  if (factor < TOO_FAR) return []
  const why = `the planner expects ${count(expected)} rows, and the application received ${count(rows)} with the same values: ${count(factor)} times as ${rows > expected ? 'many' : 'few'}, by the count in the server's answer`
  const correlated = uses.map(comparedColumns).find(({ columns }) => columns.length > 1)
  if (correlated === undefined) {
    const [table] = uses.map(use => use.table)
    if (table?.kind !== 'table') return [{ what: `look at the estimates of ${summary}`, why }]
    const statement = `ANALYZE ${table.name}`
    return [{ what: `have the server look at the values of ${table.name} again`, why, statement }]
  }
  const { use, columns } = correlated
  return [
    {
      what: `tell the server that columns of ${use.table.name} depend on each other`,
      why: `${why}; it takes ${columns.join(' and ')} for independent of each other. Then run ANALYZE ${use.table.name}`,
      // Lists of common values would be asked first, and then nothing else for the values that they lack.
      statement: `CREATE STATISTICS IF NOT EXISTS ${nameOf(use, columns)} (dependencies) ON ${columns.join(', ')} FROM ${use.table.name}`,
    },
  ]
}

/** In the schema of the table. Only Postgres 16 and later do without a name. */
function nameOf({ table }: TableUse, columns: readonly string[]): string {
  const parts = [table.relation, ...columns].map(part => part.toLowerCase().replaceAll(/\W+/g, ''))
  return `${table.quotedSchema}.homeostat_${parts.join('_').slice(0, 48)}_stat`
}

/** Undefined where the rows that come out of a plan are no estimate of what its conditions keep. */
function expectedOf(plan: PlanNode): number | undefined {
  if (plan['Node Type'] === 'Limit') return undefined
  if (isWriting(plan)) return plan.Plans?.[0]?.['Plan Rows']
  return plan['Plan Rows']
}

function comparedColumns(use: TableUse): { readonly use: TableUse; readonly columns: readonly string[] } {
  const columns = use.conditions.flatMap(({ comparison, isJoin, key }) =>
    (comparison === 'equal' || comparison === 'list') && !isJoin && key?.column !== undefined
      ? [key.column.quoted]
      : [],
  )
  return { use, columns: use.table.kind === 'table' ? [...new Set(columns)].slice(0, MOST_COLUMNS) : [] }
}
