import type { CostWith } from './evaluation.ts'
import { boundsOf, missingColumns, servesOrder, type IndexDefinition } from './index-definition.ts'
import { sizeOf } from './index-size.ts'
import { bitmapCost, orderedCost, type IndexReading } from './index-reading.ts'
import { accessesTo, type Access } from './plan-accesses.ts'
import type { PlanNode } from './plan.ts'
import type { PlannerCosts } from './planner-costs.ts'
import type { Proposal } from './proposals.ts'
import type { Selectivity } from './selectivity.ts'
import { PAGE_BYTES } from './table-source.ts'
import type { Condition, TableUse } from './table-use.ts'

/** Something is always left to do. */
const LEAST = 0.1
/** An index that finds what values contain has no order, and its size is not known. */
const UNKNOWN_INDEX_SHARE = 0.3
/** The order of an index of several keys is less that of the table. Source: btcostestimate, selfuncs.c. */
const OF_SEVERAL_KEYS = 0.75

/** The plan without further indexes, and what the statement asks of its tables. */
export interface Modelled {
  readonly plan: PlanNode
  readonly uses: readonly TableUse[]
}

/** Which index is read, and in how many parts the table is read. */
interface Place {
  readonly index?: IndexDefinition
  readonly places: number
}

/**
 * What a plan would cost with indexes, where the server cannot be asked: the reads of a table are replaced by searches in an index, at the
 * planner's formulas, and what is above them stays.
 */
export class CostModel {
  readonly #modelled: Modelled
  readonly #selectivity: Selectivity
  readonly #settings: PlannerCosts

  constructor(modelled: Modelled, selectivity: Selectivity, settings: PlannerCosts) {
    this.#modelled = modelled
    this.#selectivity = selectivity
    this.#settings = settings
  }

  async costWith(proposals: readonly Proposal[]): Promise<CostWith> {
    const { plan, uses } = this.#modelled
    let cost = plan['Total Cost']
    const used: IndexDefinition[] = []
    for (const proposal of proposals) {
      const accesses = accessesTo(proposal.use, uses, plan)
      let saved = 0
      for (const access of accesses) saved += await this.#savedAt(access, proposal, accesses.length)
      if (saved <= 0) continue
      cost -= saved
      used.push(...proposal.indexes)
    }
    return { cost: Math.max(LEAST, cost), used }
  }

  /** The best of the ways in which a place may use the indexes. */
  async #savedAt(access: Access, { use, indexes, arms }: Proposal, places: number): Promise<number> {
    if (arms !== undefined) return this.#savedByArms(use, access, arms, places)
    const ways: number[] = []
    for (const index of indexes) {
      const place = { index, places }
      ways.push(
        await this.#savedAlone(use, access, place),
        await this.#savedByLookups(use, access, place),
        await this.#savedByOrder(use, access, place),
      )
    }
    return Math.max(...ways)
  }

  /** The rows that each arm of an OR finds are put together, once or for each row of the other side. */
  async #savedByArms(use: TableUse, access: Access, arms: readonly Condition[], places: number): Promise<number> {
    const joined = arms.find(each => each.isJoin)
    const searches = joined ? await this.#searchesOf(access, joined.partner) : 1
    const readings: IndexReading[] = []
    for (const arm of arms) readings.push(await this.#reading(use, [arm], [arm], searches, { places }))
    const cost = bitmapCost(readings, this.#settings)
    return joined ? this.#savedByJoining(access, joined.partner, searches * cost) : access.cost - access.loops * cost
  }

  /** The table is read by what is compared with values alone. */
  async #savedAlone(use: TableUse, access: Access, place: Required<Place>): Promise<number> {
    const { walked, checked } = boundsOf(place.index, use, each => !each.isJoin)
    if (checked.length === 0) return -Infinity
    const reading = await this.#reading(use, walked, checked, 1, place)
    return access.cost - access.loops * this.#searchCost(place.index, reading)
  }

  /** A row of the other side at a time is looked up. */
  async #savedByLookups(use: TableUse, access: Access, place: Required<Place>): Promise<number> {
    const { walked, checked } = boundsOf(place.index, use, () => true)
    const joins = walked.filter(each => each.isJoin)
    if (joins.length === 0) return -Infinity
    const partner = joins.find(each => each.partner)?.partner
    const searches = await this.#searchesOf(access, partner)
    // A query that runs for each row counts each time as if it were the first.
    const reading = await this.#reading(use, walked, checked, access.join === undefined ? 1 : searches, place)
    return this.#savedByJoining(access, partner, searches * this.#searchCost(place.index, reading))
  }

  /** The planner would look up each row of the other side. */
  async #searchesOf(access: Access, partner: TableUse | undefined): Promise<number> {
    const other = Math.min(access.partnerRows, partner ? await this.#rowsOf(partner) : Infinity)
    // Neither is known where the planner has put a value in place of the other side.
    return Math.max(1, other < Infinity ? Math.max(access.loops, other) : access.loops)
  }

  /** @param lookups - what they cost in all */
  #savedByJoining({ join, cost }: Access, partner: TableUse | undefined, lookups: number): number {
    if (join === undefined) return cost - lookups
    const { perRow } = this.#settings
    // Where rows are looked up in it today, it would be read by itself.
    const alone = join.isPartnerLookedUp && partner ? this.#wholeCost(partner) : join.partner['Total Cost']
    return join.loops * (join.node['Total Cost'] - alone - join.node['Plan Rows'] * perRow) - lookups
  }

  /** The first rows come out of the index as they are wanted. */
  async #savedByOrder(use: TableUse, access: Access, place: Required<Place>): Promise<number> {
    const { limit } = access
    if (limit === undefined || !servesOrder(place.index, use)) return -Infinity
    const { walked, checked } = boundsOf(place.index, use, () => true)
    const reading = await this.#reading(use, walked, checked, 1, place)
    const found = (use.table.rows / place.places) * (await this.#selectivity.shareOf(use.table, use.conditions))
    const share = Math.min(1, (limit.node['Plan Rows'] + use.skipped) / Math.max(1, limit.grouped ?? found))
    return limit.loops * (limit.node['Total Cost'] - orderedCost(reading, this.#settings) * share)
  }

  #wholeCost({ table, conditions }: TableUse): number {
    const { sequentialPage, perRow, perOperator } = this.#settings
    return (table.bytes / PAGE_BYTES) * sequentialPage + table.rows * (perRow + conditions.length * perOperator)
  }

  #searchCost({ method }: IndexDefinition, reading: IndexReading): number {
    const inBitmap = bitmapCost([reading], this.#settings)
    return method === 'btree' ? Math.min(inBitmap, orderedCost(reading, this.#settings)) : inBitmap
  }

  async #reading(
    use: TableUse,
    walked: readonly Condition[],
    checked: readonly Condition[],
    searches: number,
    { index, places }: Place,
  ): Promise<IndexReading> {
    const { table } = use
    const rows = table.rows / places
    const tablePages = Math.max(1, table.bytes / PAGE_BYTES / places)
    const bytes = index && sizeOf(index)
    const wholePages = bytes === undefined ? tablePages * UNKNOWN_INDEX_SHARE : bytes / PAGE_BYTES / places
    const held = index?.predicate ? await this.#selectivity.shareOf(table, [index.predicate]) : 1
    return {
      tablePages,
      tableRows: rows,
      indexPages: Math.max(1, wholePages * held),
      walkedRows: rows * (await this.#selectivity.shareOf(table, walked, 'searched')),
      fetchedRows: rows * (await this.#selectivity.shareOf(table, checked, 'searched')),
      searches: Math.max(1, searches),
      lookups: walked.reduce((product, { items = 1 }) => product * Math.max(1, items), 1),
      checked: checked.length,
      filters: Math.max(0, use.conditions.length - checked.length),
      correlation: index === undefined ? 0 : correlationOf(index),
      spared: index && isCovering(index, use) ? table.visibleShare : 0,
    }
  }

  /** Rows of a table that meet the conditions on this table alone. */
  async #rowsOf(use: TableUse): Promise<number> {
    const own = use.conditions.filter(each => !each.isJoin)
    return Math.max(1, use.table.rows * (await this.#selectivity.shareOf(use.table, own)))
  }
}

/** All that the statement reads of the table is in the index. */
function isCovering(index: IndexDefinition, use: TableUse): boolean {
  return !use.isWhole && index.method === 'btree' && missingColumns(index, use).length === 0
}

function correlationOf({ keys }: IndexDefinition): number {
  const first = keys[0]?.key.column?.correlation ?? 0
  return keys.length > 1 ? first * OF_SEVERAL_KEYS : first
}
