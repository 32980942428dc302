import type { Table } from './catalog.ts'
import type { CostWith } from './evaluation.ts'
import { servedConditions, servesOrder, type IndexDefinition } from './index-definition.ts'
import type { PlanNode } from './plan.ts'
import type { Proposal } from './proposals.ts'
import type { Selectivity } from './selectivity.ts'
import type { TableUse } from './table-use.ts'

// The planner's own units, at its default settings. Source: src/backend/optimizer/path/costsize.c.
const RANDOM_PAGE = 4
const SEQUENTIAL_PAGE = 1
const PER_INDEX_ROW = 0.0075
const PER_ROW = 0.0125
const PAGE_BYTES = 8_192
/** From the root of an index to a leaf. */
const DESCENT = RANDOM_PAGE + 0.5

/** Where a plan reads a table. */
interface Access {
  readonly node: PlanNode
  /** The cost of all its reads. */
  readonly cost: number
  /** How often it is read. */
  readonly loops: number
  /** Rows of the other side of the join right above; infinite where there is none. */
  readonly partnerRows: number
  /** What the nodes above cost at most: they may end the reading early. */
  readonly cap: number
  /** Starting the workers above costs something too, where they do nothing else. */
  readonly gather: PlanNode | undefined
  /** The LIMIT above, with nothing but sorts in between. */
  readonly limit: PlanNode | undefined
}

/**
 * What a plan would cost with indexes, where the server cannot be asked: the reads of a table are replaced by searches in an index, at the
 * planner's formulas, and what is above them stays.
 */
export class CostModel {
  readonly #plan: PlanNode
  readonly #selectivity: Selectivity
  readonly #uses: readonly TableUse[]

  constructor(plan: PlanNode, selectivity: Selectivity, uses: readonly TableUse[]) {
    this.#plan = plan
    this.#selectivity = selectivity
    this.#uses = uses
  }

  async costWith(proposals: readonly Proposal[]): Promise<CostWith> {
    let cost = this.#plan['Total Cost']
    const used: IndexDefinition[] = []
    for (const { indexes, use } of proposals) {
      const accesses = this.#accessesTo(use)
      const before = accesses.reduce(
        (sum, each) => sum + (this.#isOrdered(indexes, use, each) ? each.limit!['Total Cost'] : each.cost),
        0,
      )
      let after = 0
      for (const access of accesses) for (const index of indexes) after += await this.#costOf(index, use, access)
      if (accesses.length === 0 || after >= before) continue
      cost += after - before
      used.push(...indexes)
    }
    return { cost: Math.max(1, cost), used }
  }

  #isOrdered(indexes: readonly IndexDefinition[], use: TableUse, { limit }: Access): boolean {
    return limit !== undefined && indexes.some(index => servesOrder(index, use))
  }

  async #costOf(index: IndexDefinition, use: TableUse, access: Access): Promise<number> {
    const { table } = use
    const served = servedConditions(index, use)
    const rows = table.rows * (await this.#selectivity.shareOf(table, served))
    const joins = served.filter(each => each.isJoin)
    // The planner would look up each row of the other side.
    let searches = access.loops
    if (joins.length > 0) {
      const partner = joins.find(each => each.partner)?.partner
      const rows = partner ? await this.#rowsOf(partner) : Infinity
      const other = Math.min(access.partnerRows, rows)
      // Neither is known where the planner has put a value in place of the other side.
      if (other < Infinity) searches = Math.max(access.loops, other)
    }
    if (this.#isOrdered([index], use, access)) {
      const all = table.rows * (await this.#selectivity.shareOf(table, use.conditions))
      const wanted = access.limit!['Plan Rows'] * (rows / Math.max(1, all))
      const read = Math.min(rows, wanted)
      return searches * (DESCENT + read * (RANDOM_PAGE + PER_ROW))
    }
    return searches * searchCost(table, rows)
  }

  /** Rows of a table that meet the conditions on this table alone. */
  async #rowsOf(use: TableUse): Promise<number> {
    const own = use.conditions.filter(each => !each.isJoin)
    return Math.max(1, use.table.rows * (await this.#selectivity.shareOf(use.table, own)))
  }

  #accessesTo({ table, alias, conditions }: TableUse): readonly Access[] {
    const relations = new Set([table.relation, ...table.partitions.map(each => each.relation)])
    const isSingle = this.#uses.filter(use => use.table.oid === table.oid).length === 1
    const found: Access[] = []
    const around = { loops: 1, partnerRows: Infinity, cap: Infinity, gather: undefined, limit: undefined }
    visit(this.#plan, around, (node, place) => {
      const relation = node['Relation Name']
      if (relation === undefined || !relations.has(relation) || node['Node Type'].startsWith('Modify')) return
      if (!isSingle && !isNamed(node, alias)) return
      found.push({ ...place, node, cost: Math.min(ownCost(place.gather ?? node) * place.loops, place.cap) })
    })
    // Several mentions may have one name: only those count that compare what this one does.
    const compares = ({ node }: Access): boolean =>
      conditions.some(({ key }) => key?.columns.some(({ name }) => conditionOf(node).includes(name)))
    return isSingle || found.length < 2 ? found : found.filter(compares)
  }
}

/** One search that finds so many rows. Pages are read in their order; the more, the nearer to each other. Source: cost_bitmap_heap_scan. */
function searchCost(table: Table, rows: number): number {
  const pages = Math.max(1, table.bytes / PAGE_BYTES)
  const read = Math.min(pages, (2 * pages * rows) / (2 * pages + rows))
  const perPage = RANDOM_PAGE - (RANDOM_PAGE - SEQUENTIAL_PAGE) * Math.sqrt(read / pages)
  return DESCENT + rows * (PER_INDEX_ROW + PER_ROW) + Math.max(rows > 0 ? 1 : 0, read) * perPage
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

type Around = Omit<Access, 'cost' | 'node'>

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
  const closed = { partnerRows: Infinity, gather: undefined, limit: undefined }
  if (place === 'SubPlan') {
    const runs = isHashed(node) ? 1 : Math.max(1, node['Plan Rows'])
    return { ...closed, loops: around.loops * runs, partnerRows: around.loops * runs, cap: Infinity }
  }
  const cap = Math.min(around.cap, node['Total Cost'] * around.loops)
  // The planner takes a recursion to go ten rounds. Source: cost_recursive_union.
  if (type === 'Recursive Union' && place === 'Inner') return { ...closed, loops: around.loops * 10, cap }
  const partner = node.Plans?.find(
    each => each !== child && /^(?:Outer|Inner)$/.test(each['Parent Relationship'] ?? ''),
  )
  if (partner !== undefined && /^(?:Nested Loop|Hash Join|Merge Join)$/.test(type)) {
    const partnerRows = Math.max(1, partner['Plan Rows']) * around.loops
    const repeats = type === 'Nested Loop' && place === 'Inner' && !/^(?:Materialize|Memoize)$/.test(child['Node Type'])
    return { ...closed, loops: repeats ? partnerRows : around.loops, partnerRows, cap }
  }
  const isFirst = type === 'Limit' || (type.endsWith('Aggregate') && node['Plan Rows'] === 1)
  return {
    ...around,
    loops: around.loops * shareRead(node, child),
    cap,
    gather: type.startsWith('Gather') ? node : around.gather,
    limit: isFirst ? (around.limit ?? node) : PASSING.has(type) ? around.limit : undefined,
  }
}
