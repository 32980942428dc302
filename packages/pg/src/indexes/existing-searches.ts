import type { Index } from './catalog.ts'
import { textOf } from './index-definition.ts'
import { accessesTo, readsIndex, type Access } from './plan-accesses.ts'
import type { PlanNode } from './plan.ts'
import type { PlannerCosts } from './planner-costs.ts'
import { quoteIdentifier } from './print.ts'
import type { Selectivity } from './selectivity.ts'
import type { Condition, TableUse } from './table-use.ts'

/** From the root of an index to a row, in pages that are read anywhere. */
const PAGES_PER_SEARCH = 2
/** So many rows are counted at most. */
const MOST_COUNTED = 1_000
/** One column is compared with one value: counting never executes an expression that may call a function of the application. */
const PLAIN = /^\((?:\w+|"[^"]+") (?:=|<=?|>=?|~~) (?:\$\d+|-?\d+(?:\.\d+)?|'(?:[^'\\]|'')*')\)$/
const OF_POSTGRES = /^(?:int[248]|float[48]|numeric|bool|text|varchar|bpchar|uuid|date|timestamp|timestamptz)$/

/** How a plan finds rows by indexes that are there. */
export class ExistingSearches {
  readonly #plan: PlanNode
  readonly #uses: readonly TableUse[]
  readonly #selectivity: Selectivity
  readonly #costs: PlannerCosts

  constructor(plan: PlanNode, uses: readonly TableUse[], selectivity: Selectivity, costs: PlannerCosts) {
    this.#plan = plan
    this.#uses = uses
    this.#selectivity = selectivity
    this.#costs = costs
  }

  /** How often the table is searched by indexes; 0 where it is read in another way. */
  runsOf(use: TableUse): number {
    return this.#searches(use).reduce((sum, { loops }) => sum + loops, 0)
  }

  /**
   * By how much the planner takes the searches for dearer than they are. It expects rows for each value that might be in the table, so that a
   * value which is nowhere in it, or in few rows, has a dear plan and a fast call.
   *
   * @param values - sets of values that the statement was slow with
   */
  async overstated(use: TableUse, values: readonly (readonly unknown[])[]): Promise<number> {
    let sum = 0
    for (const search of this.#searches(use)) {
      const least = search.loops * PAGES_PER_SEARCH * this.#costs.randomPage
      const share = search.cost > least ? await this.#shareFound(use, search, values) : 1
      sum += (search.cost - least) * (1 - share)
    }
    return sum
  }

  #searches(use: TableUse): readonly Access[] {
    const accesses = accessesTo(use, this.#uses, this.#plan)
    return accesses.every(({ node }) => readsIndex(node)) ? accesses : []
  }

  /** The share of the rows that the planner expects. */
  async #shareFound(use: TableUse, { node }: Access, values: readonly (readonly unknown[])[]): Promise<number> {
    const { table } = use
    const index = table.indexes.find(each => indexesOf(node).every(name => isNamed(each, name)))
    const conditions = index && !table.hasPolicies ? searchedBy(index, use) : []
    if (conditions.length === 0 || values.length === 0) return 1
    const expected = Math.ceil(table.rows * (await this.#selectivity.shareOf(table, conditions)))
    const most = Math.min(Math.max(1, expected), MOST_COUNTED)
    let found = 0
    for (const set of values) found = Math.max(found, await this.#selectivity.countUpTo(most, table, conditions, set))
    return found / most
  }
}

/** What the index is searched for from its first column on; empty where that is not known. */
function searchedBy({ columns, predicate }: Index, { conditions }: TableUse): readonly Condition[] {
  const found: Condition[] = []
  for (const number of predicate === undefined ? columns : []) {
    const own = conditions.filter(({ key }) => key?.column?.number === number)
    if (own.length === 0 || !own.every(isPlain)) break
    found.push(...own)
    if (!own.some(({ comparison }) => comparison === 'equal')) break
  }
  return found
}

function isPlain(condition: Condition): boolean {
  const { isJoin, key } = condition
  return !isJoin && OF_POSTGRES.test(key?.column?.type ?? '') && PLAIN.test(textOf(condition))
}

function indexesOf(node: PlanNode): readonly string[] {
  const own = node['Index Name']
  return [...(own === undefined ? [] : [own]), ...(node.Plans ?? []).flatMap(indexesOf)]
}

/** The name of an index is as the server prints it, and a plan has it without its schema and quotes. */
function isNamed({ name }: Index, own: string): boolean {
  return [own, quoteIdentifier(own)].some(each => name === each || name.endsWith(`.${each}`))
}
