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
  /** The cost of all its reads. */
  readonly cost: number
  /** How often it is read. */
  readonly loops: number
  /** Rows of the other side of the join right above. */
  readonly partnerRows: number
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
    const isJoin = served.some(each => each.isJoin)
    // The planner would look up each row of the other side.
    const searches = isJoin ? Math.max(access.loops, access.partnerRows) : access.loops
    if (this.#isOrdered([index], use, access)) {
      const all = table.rows * (await this.#selectivity.shareOf(table, use.conditions))
      const wanted = access.limit!['Plan Rows'] * (rows / Math.max(1, all))
      const read = Math.min(rows, wanted)
      return searches * (DESCENT + read * (RANDOM_PAGE + PER_ROW))
    }
    return searches * searchCost(table, rows)
  }

  #accessesTo({ table, alias }: TableUse): readonly Access[] {
    const relations = new Set([table.relation, ...table.partitions.map(each => each.relation)])
    const isSingle = this.#uses.filter(use => use.table.oid === table.oid).length === 1
    const found: Access[] = []
    visit(this.#plan, { loops: 1, partnerRows: 1, gather: undefined, limit: undefined }, (node, around) => {
      const relation = node['Relation Name']
      if (relation === undefined || !relations.has(relation) || node['Node Type'].startsWith('Modify')) return
      if (isSingle || node.Alias === alias)
        found.push({ ...around, cost: ownCost(around.gather ?? node) * around.loops })
    })
    return found
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

type Around = Omit<Access, 'cost'>

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
  const children = node.Plans ?? []
  const isFirst = node['Node Type'] === 'Limit' || (node['Node Type'].endsWith('Aggregate') && node['Plan Rows'] === 1)
  const limit = isFirst ? (around.limit ?? node) : PASSING.has(node['Node Type']) ? around.limit : undefined
  const isLoop = node['Node Type'] === 'Nested Loop'
  const isJoin = isLoop || /^(?:Hash|Merge) Join$/.test(node['Node Type'])
  const gather = node['Node Type'].startsWith('Gather') ? node : around.gather
  for (const child of children) {
    const place = child['Parent Relationship']
    const partner = children.find(each => each !== child && /^(?:Outer|Inner)$/.test(each['Parent Relationship'] ?? ''))
    if (place === 'SubPlan') {
      visit(
        child,
        {
          loops: isHashed(node) ? around.loops : around.loops * Math.max(1, node['Plan Rows']),
          partnerRows: 1,
          gather: undefined,
          limit: undefined,
        },
        found,
      )
    } else if (isJoin && partner) {
      const repeats = isLoop && place === 'Inner' && !/^(?:Materialize|Memoize)$/.test(child['Node Type'])
      const loops = repeats ? around.loops * Math.max(1, partner['Plan Rows']) : around.loops
      visit(
        child,
        { loops, partnerRows: partner['Plan Rows'] * around.loops, gather: undefined, limit: undefined },
        found,
      )
    } else visit(child, { ...around, loops: around.loops * shareRead(node, child), gather, limit }, found)
  }
}
