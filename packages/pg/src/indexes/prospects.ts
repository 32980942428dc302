import {
  findsContained,
  orderWithin,
  servedConditions,
  servesOrder,
  servingIndex,
  type IndexDefinition,
} from './index-definition.ts'
import type { LongValues } from './long-values.ts'
import type { Proposal } from './proposals.ts'
import type { Selectivity } from './selectivity.ts'
import type { Condition, TableUse } from './table-use.ts'
import type { AdviceThresholds } from './thresholds.ts'

/** Tells which proposals are worth planning a statement with. */
export class Prospects {
  readonly #thresholds: AdviceThresholds
  readonly #selectivity: Selectivity
  readonly #longValues: LongValues

  constructor(thresholds: AdviceThresholds, selectivity: Selectivity, longValues: LongValues) {
    this.#thresholds = thresholds
    this.#selectivity = selectivity
    this.#longValues = longValues
  }

  async promising(proposals: readonly Proposal[]): Promise<readonly Proposal[]> {
    const found: Proposal[] = []
    for (const proposal of proposals) if (await this.#isPromising(proposal)) found.push(proposal)
    return found
  }

  /** Whether a column beside the keys has values that come near what an entry takes. */
  holdsLong(index: IndexDefinition): Promise<boolean> {
    return this.#longValues.holdsLong(index)
  }

  /** Its own conditions keep few rows, whatever the others of the statement do, and it can be built. */
  async #isPromising({ indexes, use }: Proposal): Promise<boolean> {
    const { minTableRows, maxSelectivity } = this.#thresholds
    for (const index of indexes) {
      if (index.table.rows < minTableRows || servingIndex(index, use) !== undefined) return false
      const served = servedConditions(index, use)
      if (index.predicate && (await this.#selectivity.shareOf(index.table, [index.predicate])) > maxSelectivity)
        return false
      // What an index finds is checked in the rows: three letters may be in more of them than the text is.
      const how = findsContained(index) ? 'searched' : 'met'
      const share = await this.#selectivity.shareOf(index.table, served, how)
      if (share > maxSelectivity && !(await this.#findsFirstSoon(index, use, served, share))) return false
      if (await this.#longValues.isTooLong(index)) return false
    }
    return true
  }

  /**
   * The rows come in the order of which the first are wanted, and enough of them meet the rest of the filter and the filters of the tables that
   * they are joined with, and not only at the far end of that order: of this the planner knows nothing, and a sample shows it where not too few do.
   */
  async #findsFirstSoon(
    index: IndexDefinition,
    use: TableUse,
    served: readonly Condition[],
    share: number,
  ): Promise<boolean> {
    if (!servesOrder(index, use)) return false
    const own = use.conditions.filter(each => !each.isJoin || served.includes(each))
    const { maxSelectivity } = this.#thresholds
    let found = await this.#selectivity.shareOf(index.table, own)
    for (const { table, conditions } of partnersOf(use, served))
      found *= await this.#selectivity.shareOf(
        table,
        conditions.filter(({ isJoin }) => !isJoin),
      )
    if (found < share * maxSelectivity) return false
    const before = await this.#selectivity.shareBefore(use, served, orderWithin(index.predicate, use))
    return before === undefined || before <= maxSelectivity
  }
}

/** The tables whose filters leave out rows of this one: it is joined with them, and not by what an index is searched for. */
function partnersOf(use: TableUse, served: readonly Condition[]): readonly TableUse[] {
  const own = use.conditions.filter(each => !served.includes(each)).flatMap(({ partner }) => partner ?? [])
  const found = new Set(own)
  for (const { isOptional, conditions } of found)
    if (!isOptional) for (const { partner } of conditions) if (partner && partner !== use) found.add(partner)
  return [...found].filter(({ isOptional }) => !isOptional)
}
