import type { Action, ActionContext, Receipt, UndoResult } from '@homeostat/optimizer'
import { timeoutSignal } from '@homeostat/signals'
import { warnAtStart } from '@homeostat/signals/options'
import { loadGrammar, type Grammar } from '../../grammar.ts'
import type { Finding } from '../../indexes/finding.ts'
import { bodyOf } from '../../indexes/index-definition.ts'
import type { PgInstrumentation } from '../../instrumentation.ts'
import { groupBy } from '../../indexes/grouping.ts'
import { sessionKeyOf, type Origin } from '../../signals/origin.ts'
import { DedicatedClient } from '../dedicated-client.ts'
import { describeProblem } from '../problem.ts'
import { findIndexes } from '../find-indexes.ts'
import type { QueryOptimizeOptions } from '../optimize-defaults.ts'
import { isWithin, settingsOf, type CreateIndexOptions, type CreateIndexSettings } from './create-index-options.ts'
import { INDEX_CURES } from './index-cures.ts'
import { IndexLog } from './index-log.ts'
import { nothing, receiptOf } from './index-receipt.ts'
import { IndexSession } from './index-session.ts'
import { narrowed, type NarrowedSettings } from './narrowed-options.ts'
import { ownEstimand } from './own-estimand.ts'
import { intentOf, tryIndex, type IndexTrialEnd } from './index-trial.ts'
import { dropOwn, sweep } from './leftovers.ts'
import { serverObstacle, tableObstacle, timeObstacle } from './obstacles.ts'
import { sweptAway } from './sweep-once.ts'
import { processTime, type TrialTime } from './trial-time.ts'

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
 * @param onLeft - called where an index could not be dropped
 * @param time - by which calls are measured
 */
export function createQueryCreateIndex(
  instrumentation: PgInstrumentation,
  allowed: CreateIndexOptions,
  search: QueryOptimizeOptions = {},
  onLeft: (session: string) => void = () => {},
  time: TrialTime = processTime,
): Action<CreateIndexOptions> {
  let grammar: Promise<Grammar | undefined> | undefined
  for (const problem of narrowed(allowed, undefined).problems)
    warnAtStart(`${problem}; query.createIndex creates nothing`)
  return {
    name: 'query.createIndex',
    scope: 'shared',
    touches: ['database'],
    raises: ['database'],
    lowers: ['latency'],
    risk: 3,
    estimand: ownEstimand(settingsOf(allowed)),
    unready: (_, options) => unready(instrumentation, narrowed(allowed, options), new Date()),
    run: async context => {
      grammar ??= loadGrammar()
      const settings = narrowed(allowed, context.options)
      if (settings.problems.length > 0) return nothing('no index was created', settings.problems)
      return createIndex({ instrumentation, context, settings, search, onLeft, time, grammar: await grammar })
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
  readonly onLeft: (session: string) => void
  readonly time: TrialTime
}

async function createIndex(run: Run): Promise<Receipt> {
  const { instrumentation, context, search, grammar } = run
  const { findings, problems } = await findIndexes(instrumentation, context, search, grammar)
  const wanted = findings.toSorted((a, b) => savedMs(b) - savedMs(a))
  if (wanted.length === 0) return nothing('no index to create', problems)
  // One that cannot be served must not keep the other databases waiting.
  for (const here of groupBy(wanted, ({ statement }) => sessionKeyOf(statement.origin)).values()) {
    if (context.signal.aborted) break
    const { origin } = here[0]!.statement
    try {
      const receipt = await createIn(origin, here, problems, run)
      if (receipt !== undefined) return receipt
    } catch (error) {
      problems.push(describeProblem(origin.address, error, INDEX_CURES))
    }
  }
  return nothing('no index was created', problems)
}

/** Tries one of the indexes in a database; undefined where none may be tried there now. */
async function createIn(
  origin: Origin,
  findings: readonly Finding[],
  problems: string[],
  { instrumentation, context, settings, grammar, onLeft, time }: Run,
): Promise<Receipt | undefined> {
  const ignore = (own: object): void => instrumentation.ignore(own)
  const refuse = (obstacle: string): undefined => void problems.push(`${origin.address}: ${obstacle}`)
  const tryOne = async (): Promise<{ readonly finding: Finding; readonly end: IndexTrialEnd } | undefined> => {
    const { baselineMs, maxBuildMs, verifyMs } = settings
    const session = await IndexSession.open(origin, ignore, baselineMs + maxBuildMs + verifyMs + SPARE_MS)
    if ('refused' in session) return refuse(session.refused)
    await using used = session
    await sweep(used)
    const denied = await IndexLog.obstacle(used)
    if (denied !== undefined) return refuse(denied)
    const log = await IndexLog.open(used)
    const obstacle = (await timeObstacle(log, settings)) ?? (await serverObstacle(used, settings))
    if (obstacle !== undefined) return refuse(obstacle)
    const finding = await firstPossible(findings, used, log, settings, problems)
    if (finding === undefined) return undefined
    const aside = <T>(work: (client: DedicatedClient) => Promise<T>): Promise<T> => onOwn(origin, ignore, work)
    const options = { session: used, log, instrumentation, grammar, settings, context, aside, time }
    return { finding, end: await tryIndex(finding, options) }
  }
  const tried = await tryOne()
  if (tried === undefined) return undefined
  const { finding, end } = tried
  // With another session: the one of the trial may be what was lost.
  const swept =
    end.kind === 'left'
      ? await sweptAway(origin, ignore, finding.definition.table.schema, end.name).catch(() => undefined)
      : undefined
  if (end.kind === 'left' && swept === undefined) onLeft(sessionKeyOf(origin))
  return receiptOf(finding, end, swept, () => undo(origin, ignore, finding, end))
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
      (await tableObstacle(session, definition, settings)) ?? (await log.rejection(intentOf(finding).definition))
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
  if (end.kind !== 'kept' && end.kind !== 'left') return { result: 'restored' }
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

function savedMs({ statement, savedShare }: Finding): number {
  return statement.totalMs * savedShare
}
