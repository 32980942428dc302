import type { Action, ActionContext, Advice, Receipt } from '@homeostat/optimizer'
import { NothingExaminedError } from '../errors.ts'
import { loadGrammar, type Grammar } from '../grammar.ts'
import { examine } from '../indexes/examination.ts'
import type { Finding } from '../indexes/finding.ts'
import { isExplainable } from '../indexes/explain.ts'
import { groupBy } from '../indexes/grouping.ts'
import { indexAdvice } from '../indexes/index-advice.ts'
import type { AdviceThresholds } from '../indexes/thresholds.ts'
import type { PgInstrumentation } from '../instrumentation.ts'
import { databaseOf } from '../signals/origin.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import { AdvisedIndexes, isFollowed, statementFor } from './advised-indexes.ts'
import { DedicatedClient } from './dedicated-client.ts'
import { OPTIMIZE_DEFAULTS } from './optimize-defaults.ts'
import { describeProblem, isRefusal } from './problem.ts'

/** Options of the action `query.optimize`. */
export interface QueryOptimizeOptions extends Partial<AdviceThresholds> {
  /** Most statements examined in one run, those with the most time in total. @default 5 */
  readonly maxStatements?: number
  /** Only statements that were slow within this time, in milliseconds. @default 600000 */
  readonly withinMs?: number
}

const GRAMMAR_MISSING =
  'without the package libpg-query, only comparisons of columns in sequential scans are read: install it for the other indexes'

/** What a search among the slow statements has found. */
interface Outcome {
  /** Statements to examine, and those that were. */
  slow: number
  statements: number
  plans: number
  readonly findings: Finding[]
  readonly problems: string[]
  /** The application has several databases, so each text names its own. */
  readonly namesDatabases: boolean
}

/**
 * `query.optimize`: has the slowest statements explained with the values they were slow with and says which index they
 * lack. It is advice: the action only ever plans, on a connection of its own in a transaction that cannot write.
 *
 * @throws NothingExaminedError when there were slow statements and not one could be examined
 */
export function createQueryOptimize(
  instrumentation: PgInstrumentation,
  defaults: QueryOptimizeOptions = {},
): Action<QueryOptimizeOptions> {
  const advised = new AdvisedIndexes()
  let grammar: Promise<Grammar | undefined> | undefined
  return {
    name: 'query.optimize',
    kind: 'advice',
    // Planning reads the catalog only: every process may do it at any time.
    scope: 'process',
    touches: ['database'],
    raises: [],
    lowers: ['latency'],
    risk: 0,
    run: async context => {
      // Loaded once, and not before there is something to examine: it takes some megabytes.
      grammar ??= loadGrammar()
      const options = { ...defaults, ...context.options }
      return optimize(instrumentation, context, options, advised, await grammar)
    },
    followed: async (given, { signal }) => followedOf(instrumentation, given, advised, signal, await grammar),
  }
}

async function optimize(
  instrumentation: PgInstrumentation,
  context: ActionContext,
  options: QueryOptimizeOptions,
  advised: AdvisedIndexes,
  grammar: Grammar | undefined,
): Promise<Receipt> {
  const outcome = await findIndexes(instrumentation, context, options, grammar)
  const { signal } = context
  if (outcome.statements === 0 && outcome.problems.length > 0 && !signal.aborted)
    throw new NothingExaminedError(outcome.problems)
  if (grammar === undefined && outcome.plans > 0) outcome.problems.push(GRAMMAR_MISSING)
  advised.remember(outcome.findings, outcome.namesDatabases)
  return receipt(outcome, signal.aborted)
}

/** Looks for the indexes that the slowest statements lack. */
export async function findIndexes(
  instrumentation: PgInstrumentation,
  { now, signal }: Pick<ActionContext, 'now' | 'signal'>,
  options: QueryOptimizeOptions,
  grammar: Grammar | undefined,
): Promise<Outcome> {
  const { maxStatements, withinMs, minTableRows, maxSelectivity } = { ...OPTIMIZE_DEFAULTS, ...options }
  // All of them count, so that the same advice has the same text in each run.
  const known = instrumentation.slowStatements.top(Infinity)
  const namesDatabases = new Set(known.map(({ origin }) => databaseOf(origin))).size > 1
  const outcome: Outcome = { slow: 0, statements: 0, plans: 0, findings: [], problems: [], namesDatabases }
  const slowest = slowestExplainable(
    known.filter(({ lastSeen }) => lastSeen >= now - withinMs),
    maxStatements,
    outcome.problems,
  )
  outcome.slow = slowest.length
  for (const statements of groupBy(slowest, ({ origin: { key, address } }) => key ?? address).values()) {
    if (signal.aborted) break
    await examineDatabase(instrumentation, statements, { minTableRows, maxSelectivity }, grammar, signal, outcome)
  }
  return outcome
}

/** The pieces of advice that somebody has followed. A database that does not answer now is asked again later. */
async function followedOf(
  instrumentation: PgInstrumentation,
  given: readonly Advice[],
  advised: AdvisedIndexes,
  signal: AbortSignal,
  grammar: Grammar | undefined,
): Promise<Advice[]> {
  const known = given.flatMap(advice => {
    const index = advised.of(advice)
    return index === undefined ? [] : [{ advice, index }]
  })
  const slow = instrumentation.slowStatements.top(Infinity, -Infinity)
  const followed: Advice[] = []
  for (const group of groupBy(known, ({ index }) => index.origin.key ?? index.origin.address).values()) {
    let client: DedicatedClient | undefined
    try {
      client = await DedicatedClient.connect(group.at(-1)!.index.origin, signal, own => instrumentation.ignore(own))
      for (const { advice, index } of group) {
        const isIt = await isFollowed(client, index, statementFor(index, slow), grammar).catch((error: unknown) => {
          // The server refuses this statement, and may answer about the others.
          if (isRefusal(error)) return false
          throw error
        })
        if (isIt) followed.push(advice)
      }
    } catch {
      if (signal.aborted) return followed
    } finally {
      await client?.close()
    }
  }
  return followed
}

async function examineDatabase(
  instrumentation: PgInstrumentation,
  statements: readonly SlowStatement[],
  thresholds: AdviceThresholds,
  grammar: Grammar | undefined,
  signal: AbortSignal,
  outcome: Outcome,
): Promise<void> {
  // The latest connection's options: a pool may have been replaced since.
  const { origin } = statements.reduce((a, b) => (b.lastSeen > a.lastSeen ? b : a))
  let client: DedicatedClient | undefined
  try {
    client = await DedicatedClient.connect(origin, signal, own => instrumentation.ignore(own))
    for (const statement of statements) {
      if (signal.aborted) return
      await examineStatement(client, statement, thresholds, grammar, signal, outcome)
    }
  } catch (error) {
    if (!signal.aborted) outcome.problems.push(describeProblem(origin.address, error))
  } finally {
    await client?.close()
  }
}

/** The first `max` that can be explained; the ones passed over on the way are named. */
function slowestExplainable(
  slowest: readonly SlowStatement[],
  max: number,
  problems: string[],
): readonly SlowStatement[] {
  const chosen: SlowStatement[] = []
  for (const statement of slowest) {
    if (chosen.length >= max) break
    const { summary, text } = statement
    if (!isExplainable(text))
      problems.push(`${summary}: only a single SELECT, UPDATE, DELETE, MERGE or INSERT ... SELECT is explained`)
    else chosen.push(statement)
  }
  return chosen
}

async function examineStatement(
  client: DedicatedClient,
  statement: SlowStatement,
  thresholds: AdviceThresholds,
  grammar: Grammar | undefined,
  signal: AbortSignal,
  outcome: Outcome,
): Promise<void> {
  try {
    const { plan, findings, problems } = await client.inReadOnlyTransaction(() =>
      examine(client, statement, thresholds, grammar),
    )
    outcome.statements++
    if (plan !== undefined) outcome.plans++
    outcome.findings.push(...findings)
    const place = outcome.namesDatabases ? `${statement.origin.address}: ` : ''
    outcome.problems.push(...problems.map(problem => `${place}${problem}`))
  } catch (error) {
    if (!signal.aborted) outcome.problems.push(describeProblem(statement.summary, error))
  }
}

function receipt({ slow, statements, plans, findings, problems, namesDatabases }: Outcome, aborted: boolean): Receipt {
  const advice = indexAdvice(findings, namesDatabases)
  const indexes = advice.length
  const helps =
    indexes === 0 ? 'no missing index found' : `${indexes} ${indexes === 1 ? 'index' : 'indexes'} would help`
  return {
    summary:
      slow === 0
        ? 'no slow statement to examine'
        : `examined ${statements} of ${slow} slow statements: ${helps}${aborted ? ' (stopped early)' : ''}`,
    effects: { statements, plans, indexes },
    ...(indexes > 0 ? { advice } : undefined),
    ...(problems.length > 0 ? { problems: [...new Set(problems)] } : undefined),
  }
}
