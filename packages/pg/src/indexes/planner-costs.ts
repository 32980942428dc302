import type { Server } from './server.ts'

/** What the planner takes things to cost, in its own units. */
export interface PlannerCosts {
  readonly randomPage: number
  readonly sequentialPage: number
  readonly perRow: number
  readonly perIndexRow: number
  readonly perOperator: number
  /** How many pages it takes to be in memory. */
  readonly cachedPages: number
}

const NAMES = {
  randomPage: 'random_page_cost',
  sequentialPage: 'seq_page_cost',
  perRow: 'cpu_tuple_cost',
  perIndexRow: 'cpu_index_tuple_cost',
  perOperator: 'cpu_operator_cost',
  cachedPages: 'effective_cache_size',
} as const

export async function readPlannerCosts(server: Server): Promise<PlannerCosts> {
  const text = 'SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY($1::text[])'
  const rows = await server.query(text, [Object.values(NAMES)])
  const settings = new Map(rows.map(row => [row['name'], Number(row['setting'])]))
  return Object.fromEntries(
    Object.entries(NAMES).map(([key, name]) => [key, settings.get(name)]),
  ) as unknown as PlannerCosts
}
