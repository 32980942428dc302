import { describeProblem, isRefusal } from '../actions/problem.ts'
import type { Grammar, Tree } from '../grammar.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import { abilitiesFor } from './abilities.ts'
import { chooseCovering } from './covering-choice.ts'
import { coveringProposals } from './covering.ts'
import { functionWithEffects } from './effects.ts'
import { choose, type Choice, type CostWith, type Evaluate } from './evaluation.ts'
import { isAlike, RunReader, type ExaminedRun } from './examined-run.ts'
import { explain } from './explain.ts'
import type { Finding } from './finding.ts'
import { groupBy } from './grouping.ts'
import {
  hypotheticalIndexStatements,
  isOfExpression,
  servedConditions,
  servingIndex,
  wantedKeys,
  type IndexDefinition,
} from './index-definition.ts'
import { freeNames } from './index-names.ts'
import { LongValues } from './long-values.ts'
import { moveProposals } from './moved-proposals.ts'
import { filteredScans, type PlanNode } from './plan.ts'
import { proposalsFor, type Proposal } from './proposals.ts'
import { Prospects } from './prospects.ts'
import { readReference, referencesTo, type Referring } from './references.ts'
import { readSent } from './sent-statement.ts'
import { attempt, type Server } from './server.ts'
import type { AdviceThresholds } from './thresholds.ts'
import { namesOfRelation } from './statement-names.ts'
import { remedy, staleStatistics } from './table-problems.ts'
import type { TableUse } from './table-use.ts'
import { weightedRuns, type WeightedRun } from './weighted-runs.ts'
import { WhatIf } from './what-if.ts'

/** What is known of one slow statement. */
export interface Examination {
  readonly plan: PlanNode | undefined
  /** What the statement asks of tables. */
  readonly uses: readonly TableUse[]
  readonly findings: readonly Finding[]
  readonly problems: readonly string[]
}

/** The runs with which an index is looked for, and has to be worth it. */
const MOST_RUNS = 4
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
  const examiner = new Examiner(server, statement, thresholds, grammar, whatIf, lacks)
  return examiner.examine(tree)
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
  readonly #grammar: Grammar | undefined
  /** Why the planner cannot be asked. */
  readonly #lacks: string | undefined
  readonly #reader: RunReader
  readonly #longValues: LongValues
  readonly #sent: readonly WeightedRun[]
  readonly #read = new Map<WeightedRun, Promise<ExaminedRun | undefined>>()
  readonly #findings: Finding[] = []
  readonly #problems: string[] = []

  constructor(
    server: Server,
    statement: SlowStatement,
    thresholds: AdviceThresholds,
    grammar: Grammar | undefined,
    whatIf: WhatIf | undefined,
    lacks: string | undefined,
  ) {
    this.#server = server
    this.#statement = statement
    this.#thresholds = thresholds
    this.#grammar = grammar
    this.#lacks = lacks
    this.#reader = new RunReader(server, grammar, whatIf)
    this.#longValues = new LongValues(server)
    this.#sent = weightedRuns(statement).slice(0, MOST_RUNS)
  }

  async examine(tree: Tree | undefined): Promise<Examination> {
    const [last] = this.#sent
    const run = await this.#reader.read(last!, tree)
    this.#read.set(last!, Promise.resolve(run))
    if (run !== undefined) {
      await this.#search()
      for (const referring of await referencesTo(this.#server, run.written)) await this.#examineReference(referring)
      for (const use of run.uses.filter(({ table }) => table.rows >= this.#thresholds.minTableRows))
        this.#problems.push(...this.#hints(use, run.plan), ...staleStatistics(use.table))
    }
    return { plan: run?.plan, uses: run?.uses ?? [], findings: this.#findings, problems: [...new Set(this.#problems)] }
  }

  /** What would help where the table is read from end to end, and no index is found for it. */
  #hints({ table, hints }: TableUse, plan: PlanNode): readonly string[] {
    const names = new Set([table, ...table.partitions].map(({ relation }) => relation))
    const isServed = this.#findings.some(({ definition }) => definition.table.oid === table.oid)
    if (isServed || !filteredScans(plan).some(scan => names.has(scan.table))) return []
    return hints.map(hint => `${this.#statement.summary}: ${hint}`)
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
        if (!plan) return
        const { search, proposal } = found
        const run = await this.#reader.priced(search, plan, { uses: [proposal.use], written: undefined })
        const choice = await this.#choose(run, { plain: [proposal], covering: [] })
        if (choice) await this.#report(run, choice, { savedShare: 0, isReference: true })
      })
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#problems.push(describeProblem(where, error))
    }
  }

  /** Looks for indexes with the last values, and then with others of which other rows are found. */
  async #search(): Promise<void> {
    const searched: PlanNode[] = []
    let isForSome = false
    for (const sent of this.#sent) {
      const run = await this.#runOf(sent)
      if (run === undefined || searched.some(plan => isAlike(plan, run.plan))) continue
      searched.push(run.plan)
      const choice = await this.#choose(run, await this.#proposalsFor(run))
      if (choice === undefined) continue
      const savedShare = await this.#savedShare(run, choice.proposals)
      if (savedShare !== undefined) return this.#report(run, choice, { savedShare, isReference: false })
      isForSome = true
    }
    if (isForSome) this.#problems.push(`${this.#statement.summary}: an index would help with some of the values only`)
  }

  /** Undefined for one that cannot be explained. */
  #runOf(sent: WeightedRun): Promise<ExaminedRun | undefined> {
    const known = this.#read.get(sent)
    if (known !== undefined) return known
    const reading = attempt(this.#server, async () => {
      const { tree, suspect } = await readSent(this.#server, { ...this.#statement, text: sent.text }, this.#grammar)
      return suspect === undefined ? this.#reader.read(sent, tree) : undefined
    }).catch((error: unknown) => {
      if (!isRefusal(error)) throw error
      return undefined
    })
    this.#read.set(sent, reading)
    return reading
  }

  async #proposalsFor({ uses }: ExaminedRun): Promise<Proposals> {
    const large = uses.filter(use => use.table.rows >= this.#thresholds.minTableRows)
    const abilities = await abilitiesFor(this.#server, large)
    // Each is planned several times, and planning a join of many tables takes its time.
    const most = Math.min(MOST_PER_USE, Math.ceil(MOST_PROPOSALS / Math.max(1, large.length)))
    const all = large.slice(0, MOST_PROPOSALS).flatMap(use => proposalsFor(use, abilities, most))
    // A table that is mentioned often is proposed the same each time.
    const mentions = groupBy(all, ({ indexes }) => indexes.flatMap(hypotheticalIndexStatements).join())
    const plain = all.filter(each => {
      const same = mentions.get(each.indexes.flatMap(hypotheticalIndexStatements).join())!
      return same.indexOf(each) < MOST_MENTIONS
    })
    const covering = large.slice(0, MOST_USES_COVERED).flatMap(use => coveringProposals(use, abilities))
    return { plain, covering }
  }

  async #choose(run: ExaminedRun, proposals: Proposals): Promise<Choice | undefined> {
    const { pricing, existing, selectivity } = run
    const prospects = new Prospects(this.#thresholds, selectivity, this.#longValues)
    const plain = await prospects.promising(proposals.plain)
    const covering = await prospects.promising(proposals.covering)
    if (plain.length + covering.length === 0) return undefined
    const chooseNow = async (): Promise<Choice | undefined> => {
      const ask: Evaluate = chosen => pricing.costWith(chosen)
      const found = await choose(plain, pricing.before, ask, ({ use }) => existing.runsOf(use))
      const covered = await chooseCovering(found, covering, pricing.before, ask)
      const isBetter = covered !== found && covered && (await this.#isWorthCovering(run, prospects, covered, found))
      return isBetter ? covered : found
    }
    const choice = await chooseNow()
    const own = this.#sent
      .filter(({ text }) => text === run.explained.text)
      .flatMap(({ values }) => (values ? [values] : []))
    return choice !== undefined && (await pricing.correct(choice, own)) ? chooseNow() : choice
  }

  /** Covering indexes can be built, and are worth it for other values as well. */
  async #isWorthCovering(
    run: ExaminedRun,
    prospects: Prospects,
    covered: Choice,
    found: Choice | undefined,
  ): Promise<boolean> {
    for (const index of covered.proposals.flatMap(({ indexes }) => indexes))
      if (await prospects.holdsLong(index)) return false
    return (await this.#savedShare(run, covered.proposals, found?.proposals)) !== undefined
  }

  /**
   * The share of the cost of all runs that indexes save. Undefined where they do not halve that of most.
   *
   * @param run - the one for which they were found
   * @param than - what they are to be better than @default the plan as it is
   */
  async #savedShare(
    run: ExaminedRun,
    proposals: readonly Proposal[],
    than: readonly Proposal[] = [],
  ): Promise<number | undefined> {
    let [held, all, saved] = [0, 0, 0]
    for (const sent of this.#sent) {
      const other = await this.#runOf(sent)
      if (other === undefined) continue
      const costWith = (indexes: readonly Proposal[]): Promise<CostWith | undefined> =>
        other.pricing.costWith(moveProposals(indexes, run.uses, other.uses))
      const before = (await costWith(than))?.cost ?? 0
      const after = await costWith(proposals)
      all += sent.count
      if (after === undefined || after.used.length === 0) continue
      saved += sent.count * Math.max(0, 1 - after.cost / before)
      if (other === run || after.cost <= before / 2) held += sent.count
    }
    return held * 2 > all ? saved / all : undefined
  }

  async #report(
    { plan, pricing, selectivity }: ExaminedRun,
    { proposals, cost: costWith }: Choice,
    kind: Pick<Finding, 'savedShare' | 'isReference'>,
  ): Promise<void> {
    const found = { cost: pricing.before, costWith, planCost: plan['Total Cost'], ...kind }
    for (const { indexes, use } of proposals) {
      const names = await freeNames(this.#server, indexes)
      for (const [at, definition] of indexes.entries()) {
        const leftover = servingIndex(definition, use, false)
        // A build that failed leaves its index behind, and IF NOT EXISTS would then silently do nothing.
        if (leftover !== undefined)
          this.#problems.push(`index ${leftover.name} is invalid, ${remedy(definition.table, leftover)}`)
        if (leftover?.mayBeInBuilding) continue
        const rows =
          definition.table.rows * (await selectivity.shareOf(definition.table, servedConditions(definition, use)))
        const unverified = this.#unverified(definition)
        const equalKeys = wantedKeys(definition, use).inFront.length
        const statement = this.#statement
        this.#findings.push({ ...found, definition, equalKeys, name: names[at]!, statement, rows, unverified })
      }
    }
  }

  /** Why the planner's word about an index is not a proof; undefined where it is. */
  #unverified(definition: IndexDefinition): string | undefined {
    if (isOfExpression(definition))
      return `the server knows no values of an expression before it is indexed and analyzed, so they were counted in a sample of the rows: run ANALYZE ${definition.table.name} after it`
    return WhatIf.lackFor(definition) ?? this.#lacks
  }
}
