import type { ActionContext, Advice } from '@homeostat/optimizer'
import { diagnose, type Causes } from '../diagnosis/diagnose.ts'
import { exclusiveLocks, readLockWaits } from '../diagnosis/lock-waits.ts'
import type { Grammar } from '../grammar.ts'
import { examine } from '../indexes/examination.ts'
import { isExplainable } from '../indexes/explain.ts'
import type { Finding } from '../indexes/finding.ts'
import { groupBy } from '../indexes/grouping.ts'
import { mergeFindings } from '../indexes/merged-findings.ts'
import { attempt, type Server } from '../indexes/server.ts'
import type { AdviceThresholds } from '../indexes/thresholds.ts'
import type { PgInstrumentation } from '../instrumentation.ts'
import { databaseOf, type Origin } from '../signals/origin.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import { DedicatedClient } from './dedicated-client.ts'
import { OPTIMIZE_DEFAULTS, type QueryOptimizeOptions } from './optimize-defaults.ts'
import { causeOf, describeProblem } from './problem.ts'

/** The code of a lock that was not given in time. */
const LOCKED = '55P03'
/** What a search among the slow statements has found. */
export interface Outcome {
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
    await lookForCauses(client, (server, causes) => noteLockWaits(server, origin, causes), origin, signal, outcome)
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
  look: (server: Server, causes: Causes) => Promise<readonly Advice[] | void>,
  origin: Origin,
  signal: AbortSignal,
  outcome: Outcome,
): Promise<void> {
  const { causes } = outcome
  if (causes === undefined) return
  try {
    const found = await client.inReadOnlyTransaction(() => look(client, causes))
    causes.found.push(...placed(found ?? [], origin, outcome))
  } catch (error) {
    if (!signal.aborted) outcome.problems.push(describeProblem(`locks in ${origin.address}`, error))
  }
}

async function noteLockWaits(server: Server, origin: Origin, { lockWaits, began }: Causes): Promise<void> {
  lockWaits.note(origin, await readLockWaits(server), began)
}

/** Advice that names its database where there are several. */
export function placed(advice: readonly Advice[], { address }: Origin, { namesDatabases }: Outcome): readonly Advice[] {
  return namesDatabases ? advice.map(each => ({ ...each, what: `${each.what} in ${address}` })) : advice
}
