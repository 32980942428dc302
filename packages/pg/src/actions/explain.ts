import { tokenize } from '../signals/sql-tokens.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import type { DedicatedClient } from './dedicated-client.ts'
import type { PlanNode } from './plan.ts'
import { readPlan } from './plan.ts'

/** Statements whose plain EXPLAIN plans and never runs them, and whose plan an index may change. */
const EXPLAINABLE = new Set(['SELECT', 'WITH', 'UPDATE', 'DELETE'])

/** A single statement that can be explained without running any part of it. */
export function isExplainable(text: string): boolean {
  const tokens = tokenize(text)
  const first = tokens.find(token => token.text !== '(')
  if (first?.kind !== 'word' || !EXPLAINABLE.has(first.text.toUpperCase())) return false
  const end = tokens.findIndex(token => token.text === ';')
  return end < 0 || end === tokens.length - 1
}

/**
 * The plan for the original text with values the application used: with the planner's guesses instead of values, the
 * right index often looks useless. Never ANALYZE, which would run the statement.
 */
export async function explain(client: DedicatedClient, statement: SlowStatement): Promise<PlanNode | undefined> {
  const [row] = await client.query(
    `EXPLAIN (FORMAT JSON, VERBOSE) ${statement.text}`,
    statement.bindValues.at(-1) ?? [],
  )
  return readPlan(row?.['QUERY PLAN'])
}
