import { describeProblem, isRefusal } from '../actions/problem.ts'
import type { Grammar, Tree } from '../grammar.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import { abilitiesFor } from './abilities.ts'
import { readRelation, type Index, type Table, type View } from './catalog.ts'
import { CostModel } from './cost-model.ts'
import { functionWithEffects, namesInText, namesInTree, namesOfRelation } from './effects.ts'
import { choose, type Choice, type Evaluate } from './evaluation.ts'
import { explain, type Explained } from './explain.ts'
import { groupBy } from './grouping.ts'
import {
  coveringIndex,
  hypotheticalIndexStatement,
  servedConditions,
  servesOrder,
  type IndexDefinition,
} from './index-definition.ts'
import { freeNames } from './index-names.ts'
import { LongValues } from './long-values.ts'
import type { PlanNode } from './plan.ts'
import { usesOfPlan } from './plan-uses.ts'
import { proposalsFor, type Proposal } from './proposals.ts'
import { readReference, referencesTo, type Referring } from './references.ts'
import { Selectivity } from './selectivity.ts'
import { attempt, type Server } from './server.ts'
import type { AdviceThresholds } from './thresholds.ts'
import { usesOf, type StatementUses } from './statement-uses.ts'
import type { Condition, TableUse } from './table-use.ts'
import { WhatIf } from './what-if.ts'

/** An index that would help one statement. */
export interface Finding {
  readonly definition: IndexDefinition
  /** That no other relation has. */
  readonly name: string
  readonly statement: SlowStatement
  /** Rows that the index finds at a time. */
  readonly rows: number
  /** Cost of the whole plan as it is, and with the index and those advised beside it. */
  readonly cost: number
  readonly costWith: number
  /** Cost of the whole plan as it is, as the planner says it: without the rows that are written. */
  readonly planCost: number
  /** Why the planner was not asked; undefined when it was, and uses the index. */
  readonly unverified: string | undefined
  /** The index serves the check of a reference from the table. */
  readonly isReference: boolean
}

/** What is known of one slow statement. */
export interface Examination {
  readonly plan: PlanNode | undefined
  readonly findings: readonly Finding[]
  readonly problems: readonly string[]
}

/** The values of other calls with which a choice has to hold as well. */
const MOST_VALUE_SETS = 3
const MOST_PER_USE = 32
const MOST_PROPOSALS = 96
const MOST_MENTIONS = 2
/** A row that is written costs about as much as a page that is read, and the planner leaves it out. */
const PER_WRITTEN_ROW = 1
/** As much is written before the server's own `autovacuum_analyze_scale_factor` of a tenth, and a margin, have it look again. */
const STALE_SHARE = 0.3

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
  await takeSettings(server, statement)
  const tree = grammar?.statements(statement.text)?.[0]
  const suspect = await suspectOf(server, statement, tree)
  if (suspect !== undefined) {
    const problem = `${statement.summary}: it depends on the function ${suspect}, which planning may run, so it is not explained`
    return { plan: undefined, findings: [], problems: [problem] }
  }
  const examiner = new Examiner(server, statement, thresholds, await WhatIf.of(server))
  return examiner.examine(grammar, tree)
}

/** The names of the statement mean what they meant for the application, until the transaction ends. */
async function takeSettings(server: Server, { settings }: Pick<SlowStatement, 'settings'>): Promise<void> {
  for (const [name, value] of Object.entries(settings))
    await server.query('SELECT pg_catalog.set_config($1, $2, true)', [name, value])
}

/** The function because of which the statement is not explained. */
function suspectOf(
  server: Server,
  { text }: Pick<SlowStatement, 'text'>,
  tree: Tree | undefined,
): Promise<string | undefined> {
  return functionWithEffects(server, tree === undefined ? namesInText(text) : namesInTree(tree))
}

/**
 * What the plans of a statement cost, one for each set of values that is kept of it; empty where none can be asked for.
 *
 * @param server - in a transaction that cannot write
 */
export async function costsOf(
  server: Server,
  statement: Pick<SlowStatement, 'text' | 'settings' | 'bindValues'>,
  grammar: Grammar | undefined,
): Promise<readonly number[]> {
  await takeSettings(server, statement)
  if ((await suspectOf(server, statement, grammar?.statements(statement.text)?.[0])) !== undefined) return []
  const costs: number[] = []
  for (const values of statement.bindValues) {
    const plan = await explain(server, { text: statement.text, values })
    costs.push(plan?.['Total Cost'] ?? Infinity)
  }
  return costs
}

class Examiner {
  readonly #server: Server
  readonly #statement: SlowStatement
  readonly #thresholds: AdviceThresholds
  readonly #whatIf: WhatIf | undefined
  readonly #selectivity: Selectivity
  readonly #longValues: LongValues
  readonly #findings: Finding[] = []
  readonly #problems: string[] = []

  constructor(server: Server, statement: SlowStatement, thresholds: AdviceThresholds, whatIf: WhatIf | undefined) {
    this.#server = server
    this.#statement = statement
    this.#thresholds = thresholds
    this.#whatIf = whatIf
    this.#longValues = new LongValues(server)
    this.#selectivity = new Selectivity(server, statement.bindValues.at(-1))
  }

  async examine(grammar: Grammar | undefined, tree: Tree | undefined): Promise<Examination> {
    const explained = this.#explained(this.#statement.bindValues.at(-1))
    const plan = await explain(this.#server, explained)
    if (plan !== undefined) {
      const read = await this.#usesOf(plan, grammar, tree)
      await this.#search(plan, explained, read.uses)
      for (const referring of await referencesTo(this.#server, read.written)) await this.#examineReference(referring)
      for (const use of read.uses.filter(({ table }) => table.rows >= this.#thresholds.minTableRows))
        this.#problems.push(
          ...use.hints.map(hint => `${this.#statement.summary}: ${hint}`),
          ...staleStatistics(use.table),
        )
    }
    return { plan, findings: this.#findings, problems: [...new Set(this.#problems)] }
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
        if (plan) await this.#choose(plan, found.search, [found.proposal.use], [found.proposal], true)
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
    const proposals = all.filter(each => {
      const same = mentions.get(each.indexes.map(hypotheticalIndexStatement).join())!
      return same.indexOf(each) < MOST_MENTIONS
    })
    await this.#choose(plan, explained, uses, proposals, false)
  }

  async #choose(
    plan: PlanNode,
    explained: Explained,
    uses: readonly TableUse[],
    proposals: readonly Proposal[],
    isReference: boolean,
  ): Promise<void> {
    const promising: Proposal[] = []
    for (const proposal of proposals) if (await this.#isPromising(proposal)) promising.push(proposal)
    if (promising.length === 0) return
    // Every plan writes the same rows.
    const written = /^(?:ModifyTable|Update|Delete|Insert|Merge)/.test(plan['Node Type'])
      ? (plan.Plans?.[0]?.['Plan Rows'] ?? 0)
      : 0
    const planCost = plan['Total Cost']
    const cost = planCost + written * PER_WRITTEN_ROW
    const model = new CostModel(plan, this.#selectivity, uses)
    const ask: Evaluate = async chosen => {
      const indexes = chosen.flatMap(each => each.indexes)
      const asked = indexes.some(({ method }) => method.startsWith('gi')) ? undefined : this.#whatIf
      const answer = await (asked ? asked.costWith(explained, indexes) : model.costWith(chosen))
      return answer && { ...answer, cost: answer.cost + written * PER_WRITTEN_ROW }
    }
    const choice = await choose(promising, cost, ask)
    if (choice === undefined) return
    if (!isReference && !(await this.#holdsForOthers(choice)))
      this.#problems.push(`${this.#statement.summary}: an index would help with some of the values only`)
    else await this.#report(choice, { cost, costWith: choice.cost, planCost, isReference })
  }

  /** Its own conditions keep few rows, whatever the others of the statement do, and it can be built. */
  async #isPromising({ indexes, use }: Proposal): Promise<boolean> {
    const { minTableRows, maxSelectivity } = this.#thresholds
    for (const index of indexes) {
      if (index.table.rows < minTableRows || coveringIndex(index, use) !== undefined) return false
      const served = servedConditions(index, use)
      if (index.predicate && (await this.#selectivity.shareOf(index.table, [index.predicate])) > maxSelectivity)
        return false
      const share = await this.#selectivity.shareOf(index.table, served)
      if (share > maxSelectivity && !(await this.#findsFirstSoon(index, use, served, share))) return false
      if (await this.#longValues.isTooLong(index)) return false
    }
    return true
  }

  /**
   * The rows come in the order of which the first are wanted, and enough of them meet the rest of the filter. Where few do, they may all lie
   * at the far end of that order, which no statistics show.
   */
  async #findsFirstSoon(
    index: IndexDefinition,
    use: TableUse,
    served: readonly Condition[],
    share: number,
  ): Promise<boolean> {
    if (!servesOrder(index, use)) return false
    const own = use.conditions.filter(each => !each.isJoin || served.includes(each))
    return (await this.#selectivity.shareOf(index.table, own)) >= share * this.#thresholds.maxSelectivity
  }

  async #holdsForOthers({ proposals }: Choice): Promise<boolean> {
    const others = this.#statement.bindValues.slice(0, -1).slice(1 - MOST_VALUE_SETS)
    const indexes = proposals.flatMap(each => each.indexes)
    if (this.#whatIf === undefined || indexes.some(({ method }) => method.startsWith('gi'))) return true
    let held = 1
    for (const values of others) {
      const explained = this.#explained(values)
      const before = (await explain(this.#server, explained))?.['Total Cost'] ?? 0
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
        const unverified = definition.method.startsWith('gi')
          ? `hypopg does not know ${definition.method}`
          : this.#whatIf === undefined
            ? 'hypopg is not installed'
            : undefined
        const statement = this.#statement
        this.#findings.push({ ...found, definition, name: names[at]!, statement, rows, unverified })
      }
    }
  }
}

/** What is done about an index of the table that is not valid. */
function remedy({ kind }: Table, { mayBeInBuilding }: Index): string {
  if (mayBeInBuilding) return 'it may be being built now: nothing is advised in its place'
  // Postgres drops the index of a partitioned table with its parts, and not concurrently.
  return kind === 'partitioned'
    ? 'because partitions lack their part of it: create and attach the missing ones, or DROP INDEX it first'
    : 'left by a failed build: DROP INDEX CONCURRENTLY it first'
}

/** A plan is as good as what the server knows of the values. */
function staleStatistics({ name, rows, changed, isUnknown, kind }: Table): readonly string[] {
  // Parents have no rows of their own, and a materialized view does not change by writes.
  if (kind !== 'table') return []
  if (isUnknown) return [`${name} has never been analyzed, so its plans are guesses: run ANALYZE ${name}`]
  const share = changed / Math.max(1, rows)
  if (share < STALE_SHARE) return []
  return [
    `${Math.round(100 * share)} % of the rows of ${name} were written since it was last analyzed: run ANALYZE ${name}`,
  ]
}
