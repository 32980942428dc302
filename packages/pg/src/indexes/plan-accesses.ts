import { isWriting, type PlanNode } from './plan.ts'
import type { TableUse } from './table-use.ts'

/** A node of a plan, and how often it runs. */
export interface RunNode {
  readonly node: PlanNode
  readonly loops: number
}

/** Where a plan reads a table. */
export interface Access extends RunNode {
  /** The cost of all its reads. */
  readonly cost: number
  /** Rows of the other side of the join right above; infinite where there is none. */
  readonly partnerRows: number
  /** The join right above, and its other side. */
  readonly join: (RunNode & { readonly partner: PlanNode; readonly isPartnerLookedUp: boolean }) | undefined
  /** The LIMIT above, with nothing but sorts in between, or what makes one row of several. */
  readonly limit: LimitNode | undefined
}

/** A LIMIT, and how many rows the node gives that makes one row of several below it. */
interface LimitNode extends RunNode {
  readonly grouped?: number
}

interface Around extends Pick<Access, 'loops' | 'partnerRows' | 'join' | 'limit'> {
  /** What the nodes above cost at most: they may end the reading early. */
  readonly cap: number
  /** Starting the workers above costs something too, where they do nothing else. */
  readonly gather: PlanNode | undefined
}

/** The places where a plan reads the table of a use, of all that the statement has. */
export function accessesTo(
  { table, alias, conditions }: TableUse,
  uses: readonly TableUse[],
  plan: PlanNode,
): readonly Access[] {
  const relations = new Set([table.relation, ...table.partitions.map(each => each.relation)])
  const isSingle = uses.filter(use => use.table.oid === table.oid).length === 1
  const found: Access[] = []
  const around: Around = {
    loops: 1,
    partnerRows: Infinity,
    cap: Infinity,
    gather: undefined,
    join: undefined,
    limit: undefined,
  }
  visit(plan, around, (node, { cap, gather, ...place }) => {
    const relation = node['Relation Name']
    if (relation === undefined || !relations.has(relation) || isWriting(node)) return
    if (!isSingle && !isNamed(node, alias)) return
    found.push({ ...place, node, cost: Math.min(ownCost(gather ?? node) * place.loops, cap) })
  })
  // Several mentions may have one name: only those count that compare what this one does.
  const compares = ({ node }: Access): boolean =>
    conditions.some(({ key }) => key?.columns.some(({ name }) => conditionOf(node).includes(name)))
  return isSingle || found.length < 2 ? found : found.filter(compares)
}

/** The cost of a node without the queries that it runs for its rows. */
function ownCost(node: PlanNode): number {
  const below = (node.Plans ?? []).filter(child => child['Parent Relationship'] === 'SubPlan' && !isHashed(node))
  return (
    node['Total Cost'] - below.reduce((sum, child) => sum + child['Total Cost'] * Math.max(1, node['Plan Rows']), 0)
  )
}

function isHashed(node: PlanNode): boolean {
  return /hashed SubPlan/.test(`${node.Filter ?? ''} ${(node.Output ?? []).join(' ')}`)
}

/** A LIMIT without a sort below ends the reading when it has its rows. */
function shareRead(node: PlanNode, child: PlanNode): number {
  const ends = node['Node Type'] === 'Limit' && !/Sort|Aggregate/.test(child['Node Type'])
  return ends ? Math.min(1, node['Plan Rows'] / Math.max(1, child['Plan Rows'])) : 1
}

/** The server numbers further mentions of a name. */
function isNamed({ Alias: own = '' }: PlanNode, alias: string): boolean {
  return own === alias || (own.startsWith(`${alias}_`) && /^\d+$/.test(own.slice(alias.length + 1)))
}

function conditionOf(node: PlanNode): string {
  return `${node.Filter ?? ''} ${node['Index Cond'] ?? ''}`
}

/** Nodes that hand rows on, so that a LIMIT above them ends the reading below. */
const PASSING = new Set([
  'Limit',
  'Sort',
  'Incremental Sort',
  'Gather',
  'Gather Merge',
  'LockRows',
  'Result',
  'Append',
  'Merge Append',
])

function visit(node: PlanNode, around: Around, found: (node: PlanNode, around: Around) => void): void {
  found(node, around)
  for (const child of node.Plans ?? []) visit(child, below(node, child, around), found)
}

/** How a node has the one below read. */
function below(node: PlanNode, child: PlanNode, around: Around): Around {
  const type = node['Node Type']
  const place = child['Parent Relationship']
  const closed = { partnerRows: Infinity, gather: undefined, join: undefined, limit: undefined }
  if (place === 'SubPlan') {
    const runs = isHashed(node) ? 1 : Math.max(1, node['Plan Rows'])
    return { ...closed, loops: around.loops * runs, partnerRows: around.loops * runs, cap: Infinity }
  }
  // Where workers do several things, none of these is why they are started. What one of them does costs less than starting them and all together.
  const gather = (node.Plans ?? []).length === 1 ? around.gather : undefined
  const cap = gather ? around.cap : Math.min(around.cap, node['Total Cost'] * around.loops)
  // The planner takes a recursion to go ten rounds. Source: cost_recursive_union.
  if (type === 'Recursive Union' && place === 'Inner') return { ...closed, loops: around.loops * 10, cap }
  const partner = node.Plans?.find(
    each => each !== child && /^(?:Outer|Inner)$/.test(each['Parent Relationship'] ?? ''),
  )
  if (partner !== undefined && /^(?:Nested Loop|Hash Join|Merge Join)$/.test(type)) {
    const partnerRows = Math.max(1, partner['Plan Rows']) * around.loops
    const repeats = type === 'Nested Loop' && place === 'Inner' && !/^(?:Materialize|Memoize)$/.test(child['Node Type'])
    const isPartnerLookedUp = type === 'Nested Loop' && place === 'Outer' && readsIndex(partner)
    const join = { node, partner, loops: around.loops, isPartnerLookedUp }
    return { ...closed, loops: repeats ? partnerRows : around.loops, partnerRows, cap, join }
  }
  const isFirst = type === 'Limit' || (type.endsWith('Aggregate') && node['Plan Rows'] === 1)
  const limit = around.limit ?? { node, loops: around.loops }
  const grouped = GROUPING.test(type) && around.limit ? { ...around.limit, grouped: node['Plan Rows'] } : undefined
  return {
    ...around,
    loops: around.loops * shareRead(node, child),
    cap,
    gather: type.startsWith('Gather') ? node : gather,
    join: JOINED.test(type) ? around.join : undefined,
    limit: isFirst ? limit : PASSING.has(type) ? around.limit : grouped,
  }
}

/** Nodes that make one row of several, for which an index gives the rows one group after the other. */
const GROUPING = /^(?:Unique|Group|Aggregate|GroupAggregate|HashAggregate)$/

/** Whether an index is searched for the rows, and not read from end to end. */
export function readsIndex(node: PlanNode): boolean {
  return node['Index Cond'] !== undefined || (node.Plans ?? []).some(readsIndex)
}

/** What prepares rows for a join. */
const JOINED = /^(?:Hash|Sort|Materialize|Memoize|Gather|Gather Merge)$/
