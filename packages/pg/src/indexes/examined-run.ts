import type { Grammar, Tree } from '../grammar.ts'
import { readRelation, type Table, type View } from './catalog.ts'
import { CostModel } from './cost-model.ts'
import { ExistingSearches } from './existing-searches.ts'
import { explain, type Explained } from './explain.ts'
import type { PlanNode } from './plan.ts'
import { usesOfPlan } from './plan-uses.ts'
import { readPlannerCosts, type PlannerCosts } from './planner-costs.ts'
import { Pricing } from './pricing.ts'
import { SampledRows } from './sampled-rows.ts'
import { Selectivity } from './selectivity.ts'
import type { Server } from './server.ts'
import { usesOf, type FindRelation, type StatementUses } from './statement-uses.ts'
import { readTrigramClass } from './trigrams.ts'
import type { WhatIf } from './what-if.ts'

/** A statement as it was sent once: its plan, what it asks of tables, and what it costs. */
export interface ExaminedRun extends StatementUses {
  readonly explained: Explained
  readonly plan: PlanNode
  readonly selectivity: Selectivity
  readonly existing: ExistingSearches
  readonly pricing: Pricing
}

/** Rows of which there are so many times more or fewer are found in another way. */
const ALIKE = 4

/** Reads runs of one statement. Tables, samples of their rows, and what the server has are read once. */
export class RunReader {
  readonly #server: Server
  readonly #grammar: Grammar | undefined
  readonly #whatIf: WhatIf | undefined
  readonly #known = new Map<string, Promise<Table | View | undefined>>()
  readonly #sampled: SampledRows
  #trigrams: ReturnType<typeof readTrigramClass> | undefined
  #costs: Promise<PlannerCosts> | undefined

  constructor(server: Server, grammar: Grammar | undefined, whatIf: WhatIf | undefined) {
    this.#server = server
    this.#grammar = grammar
    this.#whatIf = whatIf
    this.#sampled = new SampledRows(server)
  }

  /** @returns undefined for what has no plan */
  async read(explained: Explained, tree: Tree | undefined): Promise<ExaminedRun | undefined> {
    const plan = await explain(this.#server, explained)
    if (plan === undefined) return undefined
    const uses =
      this.#grammar === undefined || tree === undefined
        ? { uses: await usesOfPlan(plan, this.#server), written: undefined }
        : await usesOf(
            tree,
            explained.values,
            this.#grammar,
            (...relation) => this.#find(...relation),
            await (this.#trigrams ??= readTrigramClass(this.#server)),
          )
    return this.priced(explained, plan, uses)
  }

  /** @param read - what the statement asks of tables */
  async priced(explained: Explained, plan: PlanNode, { uses, written }: StatementUses): Promise<ExaminedRun> {
    const selectivity = new Selectivity(this.#server, explained.values, this.#sampled)
    const costs = await (this.#costs ??= readPlannerCosts(this.#server))
    const model = new CostModel({ plan, uses }, selectivity, costs)
    const existing = new ExistingSearches(plan, uses, selectivity, costs)
    const pricing = new Pricing({ plan, explained, whatIf: this.#whatIf, model, existing })
    return { explained, plan, uses, written, selectivity, existing, pricing }
  }

  #find(...relation: Parameters<FindRelation>): ReturnType<FindRelation> {
    const key = JSON.stringify(relation)
    const found = this.#known.get(key) ?? readRelation(this.#server, ...relation)
    this.#known.set(key, found)
    return found
  }
}

/** Whether two plans of one statement do the same with about as many rows, so that the same index serves both or none. */
export function isAlike(plan: PlanNode, other: PlanNode): boolean {
  const [rows, others] = [plan['Plan Rows'] + 1, other['Plan Rows'] + 1]
  const [parts, otherParts] = [plan.Plans ?? [], other.Plans ?? []]
  return (
    plan['Node Type'] === other['Node Type'] &&
    rows <= others * ALIKE &&
    others <= rows * ALIKE &&
    parts.length === otherParts.length &&
    parts.every((part, at) => isAlike(part, otherParts[at]!))
  )
}
