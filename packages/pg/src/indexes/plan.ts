import type { Row } from './server.ts'

/** One node of `EXPLAIN (FORMAT JSON, VERBOSE)`, as far as it is read. */
export interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Schema?: string
  readonly Alias?: string
  readonly Filter?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly 'Plan Rows': number
  readonly 'Plan Width'?: number
  readonly Strategy?: string
  readonly 'Total Cost': number
  readonly 'Workers Planned'?: number
  readonly 'Sort Key'?: readonly string[]
  readonly 'Parent Relationship'?: string
  readonly Output?: readonly string[]
  readonly Plans?: readonly PlanNode[]
}

/** A table read from end to end to keep the rows that pass a filter. */
export interface FilteredScan {
  readonly schema: string
  readonly table: string
  readonly alias: string
  /** The condition as the server prints it. Holds values: never export it. */
  readonly filter: string
  /** Rows that the planner expects to pass, of all workers together. */
  readonly rows: number
  /** First sort key of what is done with the rows directly, when only the first ones are wanted. */
  readonly sortKey?: string
}

interface Surroundings {
  readonly workers: number
  readonly sortKey: string | undefined
  readonly isLimited: boolean
}

/** Nodes that hand rows on in order and unchanged. */
const PASSING = new Set(['Gather', 'Gather Merge', 'LockRows', 'Result'])

/** Whether the plan writes; the names of joins begin like those of statements. */
export function isWriting(plan: PlanNode): boolean {
  return plan['Node Type'] === 'ModifyTable'
}

/** The filtered sequential scans of a plan. */
export function filteredScans(root: PlanNode): readonly FilteredScan[] {
  const found: FilteredScan[] = []
  visit(root, { workers: 0, sortKey: undefined, isLimited: false }, found)
  return found
}

/** True when some node of the plan reads this index. */
export function usesIndex(node: PlanNode, isIndex: (name: string) => boolean): boolean {
  const name = node['Index Name']
  return (name !== undefined && isIndex(name)) || (node.Plans ?? []).some(child => usesIndex(child, isIndex))
}

/** The plan in the answer to EXPLAIN: parsed JSON, or its text where the application turned JSON parsing off. */
export function planOf(row: Row | undefined): PlanNode | undefined {
  const answer = row?.['QUERY PLAN']
  const parsed: unknown = typeof answer === 'string' ? JSON.parse(answer) : answer
  const plan = (parsed as [{ Plan?: PlanNode }] | undefined)?.[0]?.Plan
  return typeof plan?.['Node Type'] === 'string' ? plan : undefined
}

function visit(node: PlanNode, around: Surroundings, found: FilteredScan[]): void {
  const { 'Node Type': type, 'Relation Name': table, Schema: schema, Filter: filter } = node
  if (type === 'Seq Scan' && table !== undefined && schema !== undefined && filter !== undefined) {
    found.push({
      schema,
      table,
      alias: node.Alias ?? table,
      filter,
      rows: node['Plan Rows'] * parallelDivisor(around.workers),
      ...(around.sortKey !== undefined && around.isLimited ? { sortKey: around.sortKey } : undefined),
    })
  }
  const isSort = type === 'Sort' || type === 'Incremental Sort'
  const keeps = isSort || type === 'Limit' || PASSING.has(type)
  const below: Surroundings = {
    workers: node['Workers Planned'] ?? around.workers,
    sortKey: isSort ? node['Sort Key']?.[0] : keeps ? around.sortKey : undefined,
    isLimited: keeps && (around.isLimited || type === 'Limit'),
  }
  for (const child of node.Plans ?? []) visit(child, below, found)
}

/** Plan rows of a parallel scan are those of one process. Source: `get_parallel_divisor`, costsize.c. */
function parallelDivisor(workers: number): number {
  return workers === 0 ? 1 : workers + Math.max(0, 1 - 0.3 * workers)
}
