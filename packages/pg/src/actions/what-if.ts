import type { SlowStatement } from '../signals/slow-statements.ts'
import type { DedicatedClient } from './dedicated-client.ts'
import { explain } from './explain.ts'
import type { IndexCandidate } from './index-candidate.ts'
import { hypotheticalIndexStatement } from './index-candidate.ts'
import { usesIndex } from './plan.ts'

/** What the planner would do with the index; `unknown` where it cannot be asked. */
export type WhatIf =
  | { readonly outcome: 'unknown'; readonly reason: string }
  | { readonly outcome: 'used' | 'unused'; readonly cost: number }

/** As dexter's default: an index must at least halve the plan's cost. */
const MIN_GAIN = 0.5

/**
 * Asks the planner with the extension hypopg, where it is installed: a hypothetical index lives in our session only,
 * takes no lock and no space. Source: https://hypopg.readthedocs.io
 */
export async function whatIf(
  client: DedicatedClient,
  statement: SlowStatement,
  candidate: IndexCandidate,
  costBefore: number,
): Promise<WhatIf> {
  const schema = await schemaOfHypopg(client)
  if (schema === undefined) return { outcome: 'unknown', reason: 'hypopg is not installed' }
  await client.query('SAVEPOINT what_if')
  try {
    const create = `SELECT indexname::text AS name FROM ${schema}.hypopg_create_index($1)`
    const [index] = await client.query(create, [hypotheticalIndexStatement(candidate)])
    const plan = await explain(client, statement)
    await client.query(`SELECT ${schema}.hypopg_reset()`)
    const cost = plan?.['Total Cost'] ?? costBefore
    const isUsed = plan !== undefined && usesIndex(plan, name => name === index?.['name'])
    return { outcome: isUsed && cost <= costBefore * (1 - MIN_GAIN) ? 'used' : 'unused', cost }
  } catch {
    // Our session's own tool failed; the advice stands without it.
    await client.query('ROLLBACK TO SAVEPOINT what_if')
    return { outcome: 'unknown', reason: 'hypopg failed' }
  }
}

async function schemaOfHypopg(client: DedicatedClient): Promise<string | undefined> {
  const text =
    "SELECT pg_catalog.quote_ident(n.nspname) AS name FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'hypopg'"
  const [row] = await client.query(text)
  return row === undefined ? undefined : String(row['name'])
}
