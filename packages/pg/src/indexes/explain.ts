import { tokenize } from '../signals/sql-tokens.ts'
import { planOf, type PlanNode } from './plan.ts'
import { withPrepared } from './prepared.ts'
import type { Server } from './server.ts'

/** Statements whose plain EXPLAIN plans and never runs them, and whose plan an index may change. */
const EXPLAINABLE = new Set(['SELECT', 'WITH', 'UPDATE', 'DELETE', 'INSERT', 'MERGE'])

/** A statement with the values that are bound to it; without, where they were too large to keep. */
export interface Explained {
  readonly text: string
  readonly values: readonly unknown[] | undefined
}

/** A single statement that can be explained without running any part of it. */
export function isExplainable(text: string): boolean {
  const tokens = tokenize(text, true)
  const first = tokens.find(token => token.text !== '(')
  const word = first?.kind === 'word' ? first.text.toUpperCase() : ''
  if (!EXPLAINABLE.has(word)) return false
  const reads = tokens.some(token => token.kind === 'word' && /^select$/i.test(token.text))
  if (word === 'INSERT' && !reads) return false
  const end = tokens.findIndex(token => token.text === ';')
  return end < 0 || end === tokens.length - 1
}

/**
 * The plan for the original text with values the application used: with the planner's guesses instead of values, the
 * right index often looks useless. Without values it is the plan for any. Never ANALYZE, which would run the statement.
 */
export async function explain(server: Server, { text, values }: Explained): Promise<PlanNode | undefined> {
  if (values === undefined) return explainForAny(server, text)
  const [row] = await server.query(`EXPLAIN (FORMAT JSON, VERBOSE) ${text}`, values)
  return planOf(row)
}

function explainForAny(server: Server, text: string): Promise<PlanNode | undefined> {
  return withPrepared(server, text, async name => {
    await server.query("SELECT pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true)")
    const parameters =
      'SELECT pg_catalog.cardinality(parameter_types)::text AS count FROM pg_catalog.pg_prepared_statements WHERE name = $1'
    const [known] = await server.query(parameters, [name])
    const nulls = Array.from({ length: Number(known?.['count'] ?? 0) }, () => 'NULL').join(', ')
    const [row] = await server.query(
      `EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE ${name}${nulls === '' ? '' : `(${nulls})`}`,
    )
    return planOf(row)
  })
}
