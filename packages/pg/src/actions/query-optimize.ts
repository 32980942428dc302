import { counted } from '@homeostat/signals'
import type { Action, ActionContext, Advice, Receipt } from '@homeostat/optimizer'
import { diagnose, type Causes } from '../diagnosis/diagnose.ts'
import { heldAnswers, repeats } from '../diagnosis/in-process.ts'
import { exclusiveLocks, readLockWaits } from '../diagnosis/lock-waits.ts'
import { SeenLockWaits } from '../diagnosis/seen-lock-waits.ts'
import { TimeElsewhere } from '../diagnosis/time-elsewhere.ts'
import { NothingExaminedError } from '../errors.ts'
import { loadGrammar, type Grammar } from '../grammar.ts'
import { examine } from '../indexes/examination.ts'
import type { Finding } from '../indexes/finding.ts'
import { isExplainable } from '../indexes/explain.ts'
import { groupBy } from '../indexes/grouping.ts'
import { indexAdvice } from '../indexes/index-advice.ts'
import { mergeFindings } from '../indexes/merged-findings.ts'
import type { AdviceThresholds } from '../indexes/thresholds.ts'
import type { PgInstrumentation } from '../instrumentation.ts'
import { attempt, type Server } from '../indexes/server.ts'
import { databaseOf, type Origin } from '../signals/origin.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import { AdvisedIndexes, isFollowed, statementFor } from './advised-indexes.ts'
import { DedicatedClient } from './dedicated-client.ts'
import { OPTIMIZE_DEFAULTS } from './optimize-defaults.ts'
import { causeOf, describeProblem, isRefusal } from './problem.ts'

/** Options of the action `query.optimize`. */
export interface QueryOptimizeOptions extends Partial<AdviceThresholds> {
  /** Most statements examined in one run, those with the most time in total. @default 5 */
  readonly maxStatements?: number
  /** Only statements that were slow within this time, in milliseconds. @default 600000 */
  readonly withinMs?: number
}

/** The code of a lock that was not given in time. */
const LOCKED = '55P03'
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
  /** What else is wrong; undefined where it is not looked for. */
  readonly causes: Causes | undefined
  /** The application has several databases, so each text names its own. */
  readonly namesDatabases: boolean
}

/**
 * `query.optimize`: has the slowest statements explained with the values they were slow with and says which index they
 * lack. It is advice: the action only ever plans, on a connection of its own in a transaction that cannot write.
 *
 * @param lockWaits - the waits for locks that were seen while statements were slow
 * @throws NothingExaminedError when there were slow statements and not one could be examined
 */
export function createQueryOptimize(
  instrumentation: PgInstrumentation,
  defaults: QueryOptimizeOptions = {},
  lockWaits: SeenLockWaits = new SeenLockWaits(),
): Action<QueryOptimizeOptions> {
  const advised = new AdvisedIndexes()
  const elsewhere = new TimeElsewhere()
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
      return optimize(instrumentation, context, options, { advised, elsewhere, lockWaits }, await grammar)
    },
    followed: async (given, { signal }) => followedOf(instrumentation, given, advised, signal, await grammar),
  }
}

async function optimize(
  instrumentation: PgInstrumentation,
  context: ActionContext,
  options: QueryOptimizeOptions,
  known: Omit<Causes, 'found'> & { readonly advised: AdvisedIndexes },
  grammar: Grammar | undefined,
): Promise<Receipt> {
  const { advised, elsewhere, lockWaits } = known
  const causes: Causes = { found: [], elsewhere, lockWaits }
  const began = performance.now()
  const outcome = await findIndexes(instrumentation, context, options, grammar, causes)
  const { signal } = context
  const since = began - (options.withinMs ?? OPTIMIZE_DEFAULTS.withinMs)
  for (const [origin, advice] of lockWaits.adviceSince(since, began))
    causes.found.unshift(...placed([advice], origin, outcome))
  causes.found.push(...repeats(instrumentation.repeatedStatements.since(since)))
  if (instrumentation.heldAnswers.lastAt >= since) causes.found.push(...heldAnswers(instrumentation.heldAnswers))
  if (outcome.statements === 0 && causes.found.length === 0 && outcome.problems.length > 0 && !signal.aborted)
    throw new NothingExaminedError(outcome.problems)
  if (grammar === undefined && outcome.plans > 0) outcome.problems.push(GRAMMAR_MISSING)
  advised.remember(outcome.findings, outcome.namesDatabases)
  return receipt(outcome, context)
}

/**
 * Looks for the indexes that the slowest statements lack.
 *
 * @param causes - is given what else is wrong with them; without it, nothing else is looked for
 */
export async function findIndexes(
  instrumentation: PgInstrumentation,
  { now, signal }: Pick<ActionContext, 'now' | 'signal'>,
  options: QueryOptimizeOptions,
  grammar: Grammar | undefined,
  causes?: Causes,
): Promise<Outcome> {
  const { maxStatements, withinMs, minTableRows, maxSelectivity } = { ...OPTIMIZE_DEFAULTS, ...options }
  // All of them count, so that the same advice has the same text in each run.
  const known = instrumentation.slowStatements.top(Infinity)
  const namesDatabases = new Set(known.map(({ origin }) => databaseOf(origin))).size > 1
  const outcome: Outcome = { slow: 0, statements: 0, plans: 0, findings: [], problems: [], causes, namesDatabases }
  const recent = known.filter(({ lastSeen }) => lastSeen >= now - withinMs)
  const slowest = slowestExplainable(recent, maxStatements, outcome.problems)
  outcome.slow = slowest.length
  // What cannot be explained may wait for a lock as well.
  const looked = causes === undefined ? slowest : [...slowest, ...recent.filter(each => !slowest.includes(each))]
  for (const statements of groupBy(looked, ({ origin: { key, address } }) => key ?? address).values()) {
    if (signal.aborted) break
    const explained = statements.filter(each => slowest.includes(each))
    // The latest connection's options: a pool may have been replaced since.
    const { origin } = statements.reduce((a, b) => (b.lastSeen > a.lastSeen ? b : a))
    await examineDatabase(
      instrumentation,
      { origin, statements: explained },
      { minTableRows, maxSelectivity },
      grammar,
      signal,
      outcome,
    )
  }
  return { ...outcome, findings: [...mergeFindings(outcome.findings)] }
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
  { origin, statements }: { readonly origin: Origin; readonly statements: readonly SlowStatement[] },
  thresholds: AdviceThresholds,
  grammar: Grammar | undefined,
  signal: AbortSignal,
  outcome: Outcome,
): Promise<void> {
  let client: DedicatedClient | undefined
  try {
    client = await DedicatedClient.connect(origin, signal, own => instrumentation.ignore(own))
    await lookForCauses(client, server => noteLockWaits(server, origin, outcome.causes), origin, signal, outcome)
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
    const { plan, findings, problems } = await client.inReadOnlyTransaction(async () => {
      const examination = await examine(client, statement, thresholds, grammar)
      const { causes } = outcome
      if (causes !== undefined) {
        const found = await attempt(client, () =>
          diagnose(client, statement, examination, thresholds.minTableRows, causes.elsewhere),
        )
        causes.found.push(...placed(found, statement.origin, outcome))
      }
      return examination
    })
    outcome.statements++
    if (plan !== undefined) outcome.plans++
    outcome.findings.push(...findings)
    const place = outcome.namesDatabases ? `${statement.origin.address}: ` : ''
    outcome.problems.push(...problems.map(problem => `${place}${problem}`))
  } catch (error) {
    if (signal.aborted) return
    outcome.problems.push(describeProblem(statement.summary, error))
    if (causeOf(error).code === LOCKED) await lookForCauses(client, exclusiveLocks, statement.origin, signal, outcome)
  }
}

/** Looks for what is wrong in a database at this moment; what the server does not show to this user stays unknown. */
async function lookForCauses(
  client: DedicatedClient,
  look: (server: Server) => Promise<readonly Advice[]>,
  origin: Origin,
  signal: AbortSignal,
  outcome: Outcome,
): Promise<void> {
  if (outcome.causes === undefined) return
  try {
    outcome.causes.found.push(...placed(await client.inReadOnlyTransaction(() => look(client)), origin, outcome))
  } catch (error) {
    if (!signal.aborted) outcome.problems.push(describeProblem(`locks in ${origin.address}`, error))
  }
}

async function noteLockWaits(server: Server, origin: Origin, causes: Causes | undefined): Promise<readonly Advice[]> {
  causes?.lockWaits.note(origin, await readLockWaits(server), performance.now())
  return []
}

/** Advice that names its database where there are several. */
function placed(advice: readonly Advice[], { address }: Origin, { namesDatabases }: Outcome): readonly Advice[] {
  return namesDatabases ? advice.map(each => ({ ...each, what: `${each.what} in ${address}` })) : advice
}

function receipt(
  { slow, statements, plans, findings, problems, causes, namesDatabases }: Outcome,
  { now, signal: { aborted } }: Pick<ActionContext, 'now' | 'signal'>,
): Receipt {
  const lacking = indexAdvice(findings, namesDatabases, now)
  const others = distinct(causes?.found ?? [])
  const indexes = lacking.length
  const helps = indexes === 0 ? 'no missing index found' : `${counted(indexes, 'index', 'indexes')} would help`
  const also = others.length === 0 ? '' : `; ${counted(others.length, 'other cause')} found`
  return {
    summary:
      slow === 0
        ? `no slow statement to examine${also}`
        : `examined ${statements} of ${counted(slow, 'slow statement')}: ${helps}${also}${aborted ? ' (stopped early)' : ''}`,
    effects: { statements, plans, indexes, ...(others.length > 0 && { causes: others.length }) },
    ...(indexes + others.length > 0 ? { advice: [...lacking, ...others] } : undefined),
    ...(problems.length > 0 ? { problems: [...new Set(problems)] } : undefined),
  }
}

/** Two statements may have one cause. */
function distinct(causes: readonly Advice[]): readonly Advice[] {
  return [...new Map(causes.map(each => [each.statement ?? each.what, each])).values()]
}
