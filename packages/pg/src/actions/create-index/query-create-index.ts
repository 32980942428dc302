import type { Action, ActionContext, Receipt, UndoResult } from '@homeostat/optimizer'
import { timeoutSignal } from '@homeostat/signals'
import { loadGrammar, type Grammar } from '../../grammar.ts'
import type { Finding } from '../../indexes/finding.ts'
import { bodyOf } from '../../indexes/index-definition.ts'
import type { PgInstrumentation } from '../../instrumentation.ts'
import type { Origin } from '../../signals/origin.ts'
import { DedicatedClient } from '../dedicated-client.ts'
import { describeProblem } from '../problem.ts'
import { findIndexes, type QueryOptimizeOptions } from '../query-optimize.ts'
import { isWithin, type CreateIndexOptions, type CreateIndexSettings } from './create-index-options.ts'
import { IndexLog } from './index-log.ts'
import { IndexSession } from './index-session.ts'
import { narrowed, type NarrowedSettings } from './narrowed-options.ts'
import { intentOf, tryIndex, type IndexTrialEnd } from './index-trial.ts'
import { dropOwn, sweep } from './leftovers.ts'
import { serverObstacle, tableObstacle, timeObstacle } from './obstacles.ts'
import { sweepOnce } from './sweep-once.ts'

/** Beside measuring, building and measuring: the search, the drop, the comments. */
const SPARE_MS = 120_000
const ASIDE_MS = 5_000
const UNDO_MS = 60_000

/**
 * `query.createIndex`: creates the index that a slow statement lacks, measures whether calls of the statement become faster with it and no
 * others of its table slower, and drops it again otherwise. It acts in the schemas alone that its option lists, under a lease of the fleet
 * and a lock of the database, on connections of its own.
 *
 * @param allowed - a response may narrow it, and never widen it
 * @param search - as `query.optimize` has it
 */
export function createQueryCreateIndex(
  instrumentation: PgInstrumentation,
  allowed: CreateIndexOptions,
  search: QueryOptimizeOptions = {},
): Action<CreateIndexOptions> {
  let grammar: Promise<Grammar | undefined> | undefined
  return {
    name: 'query.createIndex',
    scope: 'shared',
    touches: ['database'],
    raises: ['database'],
    lowers: ['latency'],
    risk: 3,
    unready: (_, options) => unready(instrumentation, narrowed(allowed, options), new Date()),
    run: async context => {
      grammar ??= loadGrammar()
      const settings = narrowed(allowed, context.options)
      if (settings.problems.length > 0) return nothing('no index was created', settings.problems)
      return createIndex({ instrumentation, context, settings, search, grammar: await grammar })
    },
  }
}

function unready(
  instrumentation: PgInstrumentation,
  { schemas, windows, problems }: NarrowedSettings,
  now: Date,
): string | undefined {
  if (problems.length > 0) return problems[0]
  if (schemas.length === 0) return 'no schema is allowed: set pg.createIndex.schemas'
  const closed = windows.find(window => !isWithin(window, now))
  if (closed !== undefined) return `it begins within ${closed} only; see pg.createIndex.window`
  return instrumentation.slowStatements.size > 0 ? undefined : 'no slow statement is known'
}

interface Run {
  readonly instrumentation: PgInstrumentation
  readonly context: ActionContext<CreateIndexOptions>
  readonly settings: CreateIndexSettings
  readonly search: QueryOptimizeOptions
  readonly grammar: Grammar | undefined
}

async function createIndex({ instrumentation, context, settings, search, grammar }: Run): Promise<Receipt> {
  const { findings, problems } = await findIndexes(instrumentation, context, search, grammar)
  const wanted = findings.toSorted((a, b) => savedMs(b) - savedMs(a))
  const [first] = wanted
  if (first === undefined || context.signal.aborted) return nothing('no index to create', problems)
  const { origin } = first.statement
  const ignore = (own: object): void => instrumentation.ignore(own)
  const { baselineMs, maxBuildMs, verifyMs } = settings
  const session = await IndexSession.open(origin, ignore, baselineMs + maxBuildMs + verifyMs + SPARE_MS)
  if ('refused' in session) return nothing('no index was created', [session.refused])
  try {
    await using used = session
    await sweep(used)
    const log = await IndexLog.open(used)
    const obstacle = (await timeObstacle(log, settings)) ?? (await serverObstacle(used, settings))
    if (obstacle !== undefined) return nothing('no index was created', [obstacle])
    const here = wanted.filter(({ statement }) => statement.origin.address === origin.address)
    const finding = await firstPossible(here, used, log, settings, problems)
    if (finding === undefined) return nothing('no index was created', problems)
    const aside = <T>(work: (client: DedicatedClient) => Promise<T>): Promise<T> => onOwn(origin, ignore, work)
    const end = await tryIndex(finding, { session: used, log, instrumentation, grammar, settings, context, aside })
    return receiptOf(finding, end, () => undo(origin, ignore, finding, end))
  } catch (error) {
    // The session may be gone, and with it the lock: then what is left is everybody's to sweep, and first of all ours.
    await sweepOnce(origin, ignore).catch(() => {})
    return nothing('no index was kept', [describeProblem(origin.address, error)])
  }
}

/** The finding that saves most among those that nothing forbids; why not, for the others. */
async function firstPossible(
  findings: readonly Finding[],
  session: IndexSession,
  log: IndexLog,
  settings: CreateIndexSettings,
  problems: string[],
): Promise<Finding | undefined> {
  for (const finding of findings) {
    const { definition } = finding
    const obstacle =
      (await tableObstacle(session, definition, settings)) ??
      ((await log.isRejected(intentOf(finding).definition))
        ? 'the same index was tried within the last 30 days and did not help'
        : undefined)
    if (obstacle === undefined) return finding
    problems.push(`${definition.table.name} ${bodyOf(definition)}: ${obstacle}`)
  }
  return undefined
}

async function undo(
  origin: Origin,
  ignore: (own: object) => void,
  { definition }: Finding,
  end: IndexTrialEnd,
): Promise<UndoResult> {
  if (end.kind !== 'kept') return { result: 'restored' }
  const session = await IndexSession.open(origin, ignore, UNDO_MS)
  if ('refused' in session) return { result: 'failed', error: session.refused }
  await using used = session
  const dropped = await dropOwn(used, definition.table.schema, end.name)
  if (dropped === 'dropped') {
    await (await IndexLog.ifThere(used))?.end(end.name, 'dropped')
    return { result: 'restored' }
  }
  const detail = dropped === 'gone' ? 'somebody has dropped the index' : 'somebody has taken the index over'
  return { result: 'superseded', detail }
}

async function onOwn<T>(
  origin: Origin,
  ignore: (own: object) => void,
  work: (client: DedicatedClient) => Promise<T>,
): Promise<T> {
  const client = await DedicatedClient.connect(origin, timeoutSignal(ASIDE_MS), ignore)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

function savedMs({ statement, cost, costWith }: Finding): number {
  return statement.totalMs * (1 - costWith / cost)
}

function nothing(summary: string, problems: readonly string[]): Receipt {
  return { summary, effects: { built: 0 }, ...(problems.length > 0 && { problems: [...new Set(problems)] }) }
}

function receiptOf({ definition, statement }: Finding, end: IndexTrialEnd, undoIt: () => Promise<UndoResult>): Receipt {
  const what = `an index on ${definition.table.name} ${bodyOf(definition)} for ${statement.summary}`
  switch (end.kind) {
    case 'refused':
    case 'failed':
      return nothing(`did not create ${what}`, [end.reason])
    case 'dropped':
      return {
        summary: `tried ${what} and dropped it: ${end.judgement.reason}`,
        effects: { built: 1, dropped: end.drop === 'dropped' ? 1 : 0 },
        judgement: end.judgement,
      }
    case 'kept':
      return {
        summary: `created ${what}: ${end.judgement.reason}`,
        effects: { built: 1, kept: 1 },
        judgement: end.judgement,
        undo: undoIt,
      }
  }
}
