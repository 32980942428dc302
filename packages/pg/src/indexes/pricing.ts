import type { CostModel } from './cost-model.ts'
import type { Choice, CostWith } from './evaluation.ts'
import type { ExistingSearches } from './existing-searches.ts'
import type { Explained } from './explain.ts'
import { isWriting, type PlanNode } from './plan.ts'
import type { Proposal } from './proposals.ts'
import type { TableUse } from './table-use.ts'
import { WhatIf } from './what-if.ts'

/** A row that is written costs about as much as a page that is read, and the planner leaves it out. */
const PER_WRITTEN_ROW = 1

/** What a plan is, and who says what it would be. */
export interface Priced {
  readonly plan: PlanNode
  readonly explained: Explained
  /** Undefined where hypopg is not installed. */
  readonly whatIf: WhatIf | undefined
  readonly model: CostModel
  readonly existing: ExistingSearches
}

/** Says what a statement costs, as it is and with indexes. */
export class Pricing {
  readonly #priced: Priced
  /** Every plan writes the same rows. */
  readonly #written: number
  readonly #overstated = new Map<TableUse, number>()

  constructor(priced: Priced) {
    this.#priced = priced
    const { plan } = priced
    this.#written = isWriting(plan) ? (plan.Plans?.[0]?.['Plan Rows'] ?? 0) * PER_WRITTEN_ROW : 0
  }

  /** The cost of the plan as it is. */
  get before(): number {
    return this.#priced.plan['Total Cost'] + this.#written - this.#overstatedBeside([])
  }

  /** The cost of the plan with indexes; undefined where the server cannot be asked. */
  async costWith(chosen: readonly Proposal[]): Promise<CostWith | undefined> {
    const { whatIf, model, explained } = this.#priced
    const indexes = chosen.flatMap(each => each.indexes)
    const asked = indexes.every(WhatIf.judges) ? whatIf : undefined
    const answer = await (asked ? asked.costWith(explained, indexes) : model.costWith(chosen))
    return answer && { ...answer, cost: answer.cost + this.#written - this.#overstatedBeside(chosen) }
  }

  /** Looks what the indexes that are there find in the tables of the choice. True where the plan is cheaper than the planner says. */
  async correct(choice: Choice, values: readonly (readonly unknown[])[]): Promise<boolean> {
    for (const { use } of choice.proposals)
      this.#overstated.set(use, await this.#priced.existing.overstated(use, values))
    return this.#overstatedBeside([]) > 0
  }

  /** A table that gets another index is not searched by the old one. */
  #overstatedBeside(chosen: readonly Proposal[]): number {
    let sum = 0
    for (const [use, cost] of this.#overstated) if (!chosen.some(each => each.use === use)) sum += cost
    return sum
  }
}
