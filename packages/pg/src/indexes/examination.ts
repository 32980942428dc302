import { describeProblem, isRefusal } from '../actions/problem.ts'
import type { Grammar, Tree } from '../grammar.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import { abilitiesFor } from './abilities.ts'
import { readRelation, type Table, type View } from './catalog.ts'
import { CostModel } from './cost-model.ts'
import { chooseCovering } from './covering-choice.ts'
import { coveringProposals } from './covering.ts'
import { functionWithEffects } from './effects.ts'
import { choose, type Choice, type Evaluate } from './evaluation.ts'
import { ExistingSearches } from './existing-searches.ts'
import { explain, type Explained } from './explain.ts'
import type { Finding } from './finding.ts'
import { groupBy } from './grouping.ts'
import {
  coveringIndex,
  hypotheticalIndexStatement,
  isOfExpression,
  servedConditions,
  type IndexDefinition,
} from './index-definition.ts'
import { freeNames } from './index-names.ts'
import type { PlanNode } from './plan.ts'
import { usesOfPlan } from './plan-uses.ts'
import { readPlannerCosts } from './planner-costs.ts'
import { Pricing } from './pricing.ts'
import { proposalsFor, type Proposal } from './proposals.ts'
import { Prospects } from './prospects.ts'
import { readReference, referencesTo, type Referring } from './references.ts'
import { Selectivity } from './selectivity.ts'
import { readSent } from './sent-statement.ts'
import { attempt, type Server } from './server.ts'
import type { AdviceThresholds } from './thresholds.ts'
import { namesOfRelation } from './statement-names.ts'
import { usesOf, type StatementUses } from './statement-uses.ts'
import { remedy, staleStatistics } from './table-problems.ts'
import type { TableUse } from './table-use.ts'
import { WhatIf } from './what-if.ts'

/** What is known of one slow statement. */
export interface Examination {
  readonly plan: PlanNode | undefined
  /** What the statement asks of tables. */
  readonly uses: readonly TableUse[]
  readonly findings: readonly Finding[]
  readonly problems: readonly string[]
}

/** The values of other calls with which a choice has to hold as well. */
const MOST_VALUE_SETS = 3
const MOST_PER_USE = 32
const MOST_PROPOSALS = 96
const MOST_MENTIONS = 2
const MOST_USES_COVERED = 8
/**
 * Explains one slow statement and looks for the indexes that its plan lacks.
 *
 * @param server - in a transaction that cannot write
 */
export async function examine(
  server: Server,
  statement: SlowStatement,
  thresholds: AdviceThresholds,
  grammar: Grammar | undefined,
): Promise<Examination> {
  const { tree, suspect } = await readSent(server, statement, grammar)
  if (suspect !== undefined) {
    const problem = `${statement.summary}: it depends on the function ${suspect}, which planning may run, so it is not explained`
    return { plan: undefined, uses: [], findings: [], problems: [problem] }
  }
  const { whatIf, lacks } = await WhatIf.of(server)
  const examiner = new Examiner(server, statement, thresholds, whatIf, lacks)
  return examiner.examine(grammar, tree)
}

/** Indexes by their keys alone, and those that cover what is read. */
interface Proposals {
  readonly plain: readonly Proposal[]
  readonly covering: readonly Proposal[]
}

class Examiner {
  readonly #server: Server
  readonly #statement: SlowStatement
  readonly #thresholds: AdviceThresholds
  readonly #whatIf: WhatIf | undefined
  /** Why the planner cannot be asked. */
  readonly #lacks: string | undefined
  readonly #selectivity: Selectivity
  readonly #prospects: Prospects
  readonly #findings: Finding[] = []
  readonly #problems: string[] = []

  constructor(
    server: Server,
    statement: SlowStatement,
    thresholds: AdviceThresholds,
    whatIf: WhatIf | undefined,
    lacks: string | undefined,
  ) {
    this.#server = server
    this.#statement = statement
    this.#thresholds = thresholds
    this.#whatIf = whatIf
    this.#lacks = lacks
    this.#selectivity = new Selectivity(server, statement.bindValues.at(-1))
    this.#prospects = new Prospects(server, thresholds, this.#selectivity)
  }

  async examine(grammar: Grammar | undefined, tree: Tree | undefined): Promise<Examination> {
    const explained = this.#explained(this.#statement.bindValues.at(-1))
    const plan = await explain(this.#server, explained)
    let uses: readonly TableUse[] = []
    if (plan !== undefined) {
      const read = await this.#usesOf(plan, grammar, tree)
      uses = read.uses
      await this.#search(plan, explained, read.uses)
      for (const referring of await referencesTo(this.#server, read.written)) await this.#examineReference(referring)
      for (const use of read.uses.filter(({ table }) => table.rows >= this.#thresholds.minTableRows))
        this.#problems.push(
          ...use.hints.map(hint => `${this.#statement.summary}: ${hint}`),
          ...staleStatistics(use.table),
        )
    }
    return { plan, uses, findings: this.#findings, problems: [...new Set(this.#problems)] }
  }

  /** Keeps the answers about the other tables where this one cannot be read. */
  async #examineReference(referring: Referring): Promise<void> {
    const { schema, relation } = referring
    const where = `${this.#statement.summary}: the reference of ${schema}.${relation}`
    try {
      await attempt(this.#server, async () => {
        const suspect = await functionWithEffects(this.#server, namesOfRelation(schema, relation))
        if (suspect !== undefined)
          return void this.#problems.push(`${where} depends on the function ${suspect}, so it is not explained`)
        const found = await readReference(this.#server, referring)
        const plan = found && (await explain(this.#server, found.search))
        if (plan)
          await this.#choose(plan, found.search, [found.proposal.use], { plain: [found.proposal], covering: [] }, true)
      })
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#problems.push(describeProblem(where, error))
    }
  }

  #explained(values: readonly unknown[] | undefined): Explained {
    return { text: this.#statement.text, values }
  }

  async #usesOf(plan: PlanNode, grammar: Grammar | undefined, tree: Tree | undefined): Promise<StatementUses> {
    if (grammar === undefined || tree === undefined)
      return { uses: await usesOfPlan(plan, this.#server), written: undefined }
    const known = new Map<string, Promise<Table | View | undefined>>()
    const find = (schema: string | undefined, relation: string): Promise<Table | View | undefined> => {
      const key = JSON.stringify([schema, relation])
      const found = known.get(key) ?? readRelation(this.#server, schema, relation)
      known.set(key, found)
      return found
    }
    return usesOf(tree, this.#statement.bindValues.at(-1), grammar, find)
  }

  async #search(plan: PlanNode, explained: Explained, uses: readonly TableUse[]): Promise<void> {
    const large = uses.filter(use => use.table.rows >= this.#thresholds.minTableRows)
    const abilities = await abilitiesFor(this.#server, large)
    // Each is planned several times, and planning a join of many tables takes its time.
    const most = Math.min(MOST_PER_USE, Math.ceil(MOST_PROPOSALS / Math.max(1, large.length)))
    const all = large.slice(0, MOST_PROPOSALS).flatMap(use => proposalsFor(use, abilities, most))
    // A table that is mentioned often is proposed the same each time.
    const mentions = groupBy(all, ({ indexes }) => indexes.map(hypotheticalIndexStatement).join())
    const plain = all.filter(each => {
      const same = mentions.get(each.indexes.map(hypotheticalIndexStatement).join())!
      return same.indexOf(each) < MOST_MENTIONS
    })
    const covering = large.slice(0, MOST_USES_COVERED).flatMap(use => coveringProposals(use, abilities))
    await this.#choose(plan, explained, uses, { plain, covering }, false)
  }

  async #choose(
    plan: PlanNode,
    explained: Explained,
    uses: readonly TableUse[],
    proposals: Proposals,
    isReference: boolean,
  ): Promise<void> {
    const plain = await this.#prospects.promising(proposals.plain)
    const covering = await this.#prospects.promising(proposals.covering)
    if (plain.length + covering.length === 0) return
    const costs = await readPlannerCosts(this.#server)
    const model = new CostModel({ plan, uses }, this.#selectivity, costs)
    const existing = new ExistingSearches(plan, uses, this.#selectivity, costs)
    const pricing = new Pricing({ plan, explained, whatIf: this.#whatIf, model, existing })
    const ask: Evaluate = chosen => pricing.costWith(chosen)
    const chooseNow = async (): Promise<Choice | undefined> => {
      const found = await choose(plain, pricing.before, ask, ({ use }) => existing.runsOf(use))
      return this.#covered(found, covering, pricing.before, ask)
    }
    let choice = await chooseNow()
    const values = this.#statement.bindValues.slice(-MOST_VALUE_SETS)
    if (choice !== undefined && (await pricing.correct(choice, values))) choice = await chooseNow()
    if (choice === undefined) return
    if (!isReference && !(await this.#holdsForOthers(choice)))
      this.#problems.push(`${this.#statement.summary}: an index would help with some of the values only`)
    else
      await this.#report(choice, {
        cost: pricing.before,
        costWith: choice.cost,
        planCost: plan['Total Cost'],
        isReference,
      })
  }

  /** With covering indexes, where they can be built and are worth it for other values as well. */
  async #covered(
    found: Choice | undefined,
    covering: readonly Proposal[],
    cost: number,
    ask: Evaluate,
  ): Promise<Choice | undefined> {
    const covered = await chooseCovering(found, covering, cost, ask)
    if (covered === undefined || covered === found) return found
    for (const index of covered.proposals.flatMap(({ indexes }) => indexes))
      if (await this.#prospects.holdsLong(index)) return found
    return (await this.#holdsForOthers(covered, found?.proposals)) ? covered : found
  }

  /** @param than - what it is to be better than @default the plan as it is */
  async #holdsForOthers({ proposals }: Choice, than: readonly Proposal[] = []): Promise<boolean> {
    const others = this.#statement.bindValues.slice(0, -1).slice(1 - MOST_VALUE_SETS)
    const indexes = proposals.flatMap(each => each.indexes)
    const instead = than.flatMap(each => each.indexes)
    if (this.#whatIf === undefined || !indexes.every(WhatIf.judges)) return true
    let held = 1
    for (const values of others) {
      const explained = this.#explained(values)
      const before = (await this.#whatIf.costWith(explained, instead))?.cost ?? 0
      const after = await this.#whatIf.costWith(explained, indexes)
      if (after !== undefined && after.used.length > 0 && after.cost <= before / 2) held++
    }
    return held * 2 > others.length + 1
  }

  async #report(
    { proposals }: Choice,
    found: Pick<Finding, 'cost' | 'costWith' | 'planCost' | 'isReference'>,
  ): Promise<void> {
    for (const { indexes, use } of proposals) {
      const names = await freeNames(this.#server, indexes)
      for (const [at, definition] of indexes.entries()) {
        const leftover = coveringIndex(definition, use, false)
        // A build that failed leaves its index behind, and IF NOT EXISTS would then silently do nothing.
        if (leftover !== undefined)
          this.#problems.push(`index ${leftover.name} is invalid, ${remedy(definition.table, leftover)}`)
        if (leftover?.mayBeInBuilding) continue
        const rows =
          definition.table.rows * (await this.#selectivity.shareOf(definition.table, servedConditions(definition, use)))
        const unverified = this.#unverified(definition)
        const statement = this.#statement
        this.#findings.push({ ...found, definition, name: names[at]!, statement, rows, unverified })
      }
    }
  }

  /** Why the planner's word about an index is not a proof; undefined where it is. */
  #unverified(definition: IndexDefinition): string | undefined {
    if (isOfExpression(definition))
      return `the server knows no values of an expression before it is indexed and analyzed, so they were counted in a sample of the rows: run ANALYZE ${definition.table.name} after it`
    if (!WhatIf.knows(definition)) return `hypopg does not know ${definition.method}`
    return this.#lacks
  }
}
