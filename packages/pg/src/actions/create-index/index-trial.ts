import { sleep } from '@homeostat/signals'
import type { ActionContext, OwnJudgement } from '@homeostat/optimizer'
import type { Grammar } from '../../grammar.ts'
import type { Finding } from '../../indexes/finding.ts'
import { bodyOf } from '../../indexes/index-definition.ts'
import type { PgInstrumentation } from '../../instrumentation.ts'
import { describeProblem } from '../problem.ts'
import { buildIndex, changeWatched, type BuildWatch } from './build.ts'
import { CallTimes } from './call-times.ts'
import type { CreateIndexSettings } from './create-index-options.ts'
import { INDEX_CURES } from './index-cures.ts'
import type { IndexLog, Intent } from './index-log.ts'
import type { IndexSession } from './index-session.ts'
import { judgeCalls } from './index-verdict.ts'
import { dropIntended, dropOwn, putComment, putFirstComment, type DropResult } from './leftovers.ts'
import { namesOfTable } from './names-of-table.ts'
import { serverObstacle, writtenRows } from './obstacles.ts'
import { digestOf, ownIndex, ownIndexName, type OwnComment } from './own-index.ts'
import { readBuffers, shareOfPlans } from './plan-evidence.ts'
import type { TrialTime } from './trial-time.ts'

/** Fewer of the plans for kept values use an index that was chosen for others by chance. */
const LEAST_SHARE_OF_PLANS = 0.6
/** Pages that a call reads with the index, of those that it read without. */
const MOST_PAGES = 0.8
/** What a row costs that is written into one more index: 4 us on the machine where it was measured, and somewhat more on others. */
const ROW_MS = 0.006
/** An index whose price is more than this share of what it saves is not worth it. */
const MOST_PRICE = 0.5
/** A backend reports what it has searched when it is idle, at most once a second. */
const REPORT_MS = 1500

/** What a trial of an index needs. */
export interface IndexTrialOptions extends Pick<BuildWatch, 'aside'> {
  readonly session: IndexSession
  readonly log: IndexLog
  readonly instrumentation: PgInstrumentation
  readonly grammar: Grammar | undefined
  readonly settings: CreateIndexSettings
  readonly context: Pick<ActionContext, 'signal' | 'lease'>
  readonly time: TrialTime
}

/** What became of an index. */
export type IndexTrialEnd =
  /** Nothing was built. */
  | { readonly kind: 'refused' | 'failed'; readonly reason: string }
  | { readonly kind: 'kept'; readonly judgement: OwnJudgement; readonly name: string }
  | { readonly kind: 'dropped'; readonly judgement: OwnJudgement; readonly drop: DropResult }
  /** It may be there, and could not be dropped yet. */
  | { readonly kind: 'left'; readonly judgement: OwnJudgement; readonly name: string; readonly reason: string }

/** Digests of the index and the statement, and a name that no index has had. */
export function intentOf({ definition, statement }: Finding): Intent {
  const { table } = definition
  return {
    name: ownIndexName(definition),
    schema: table.schema,
    tableOid: table.oid,
    definition: digestOf(`${table.oid} ${bodyOf(definition)}`),
    fingerprint: digestOf(statement.fingerprint),
  }
}

/**
 * Measures calls, builds the index, measures calls with it, and keeps it or drops it.
 *
 * @throws the driver's error when the connection is lost before anything was built
 */
export async function tryIndex(finding: Finding, options: IndexTrialOptions): Promise<IndexTrialEnd> {
  const { definition, statement } = finding
  const { session, log, instrumentation, grammar, settings, context, time } = options
  const { baselineMs } = settings
  const { signal } = context
  using times = new CallTimes(statement, await namesOfTable(session, definition.table), instrumentation.listenersTexts)
  using _listening = instrumentation.listen(call => times.note(call, time.now()))

  const pagesBefore = settings.explainAnalyze ? await readBuffers(session, statement, grammar) : undefined
  const writtenBefore = await writtenRows(session, definition.table)
  const from = time.now()
  times.begin('before', baselineMs, from)
  if (await isEnded(baselineMs, signal, time)) return { kind: 'refused', reason: 'the loop has ended it' }
  times.pause()
  const seconds = (time.now() - from) / 1000
  const written = ((await writtenRows(session, definition.table)) - writtenBefore) / seconds
  if (written > settings.maxWritesPerSecond)
    return { kind: 'refused', reason: `${Math.round(written)} rows are written to the table per second` }
  if (context.lease !== undefined && performance.now() > context.lease.heldUntil)
    return { kind: 'refused', reason: 'its lease has run out' }
  const obstacle = await serverObstacle(session, settings)
  if (obstacle !== undefined) return { kind: 'refused', reason: obstacle }

  const intent = intentOf(finding)
  await log.begin(intent)
  try {
    return await buildAndJudge(finding, intent, { times, pagesBefore, written }, options)
  } catch (error) {
    return left(intent, ENDED_BY_ERROR, error)
  }
}

/** @throws the driver's error when the connection is lost, or what the build has left cannot be dropped */
async function buildAndJudge(
  finding: Finding,
  intent: Intent,
  measured: Measured,
  options: IndexTrialOptions,
): Promise<IndexTrialEnd> {
  const { definition, statement } = finding
  const { times } = measured
  const { session, log, settings, context } = options
  const { signal } = context
  const { schema, name, fingerprint } = intent
  const watch = { signal, settings, aside: options.aside }
  const failed = await buildIndex(session, definition, name, watch)
  if (failed !== undefined) {
    if (!failed.isTaken) await dropIntended(session, log, intent)
    await log.end(name, failed.isTooLarge ? 'dropped' : 'failed')
    return { kind: 'failed', reason: failed.problem }
  }
  const since = new Date()
  const comment: OwnComment = { state: 'trial', reason: `slow ${statement.summary}`, fingerprint, since }
  const until = new Date(since.getTime() + settings.verifyMs + 60_000)
  await putFirstComment(session, log, intent, { ...comment, until })
  if (settings.analyze && definition.keys.some(({ key }) => key.column === undefined))
    await changeWatched(session, `ANALYZE ${definition.table.name}`, watch)

  times.begin('after', settings.verifyMs, options.time.now())
  const isAborted = await isEnded(settings.verifyMs, signal, options.time)
  times.pause()
  const found = isAborted ? ENDED_BY_LOOP : await judge(finding, name, measured, options)
  const own = await ownIndex(session, schema, name)
  // The loop may have ended it while it was judged.
  const judgement = own === undefined ? TAKEN_AWAY : signal.aborted ? ENDED_BY_LOOP : found
  if (judgement.verdict !== 'effective') return dropJudged(intent, judgement, options)
  await putComment(session, schema, name, { ...comment, state: 'kept' })
  // The comment has it: a sweep writes down what cannot be written now.
  await log.end(name, 'kept').catch(() => {})
  return { kind: 'kept', judgement, name }
}

async function dropJudged(
  intent: Intent,
  judgement: OwnJudgement,
  { session, log }: IndexTrialOptions,
): Promise<IndexTrialEnd> {
  try {
    const drop = await dropOwn(session, intent.schema, intent.name)
    await log.end(intent.name, judgement.verdict === 'inconclusive' ? 'undecided' : 'dropped')
    return { kind: 'dropped', drop, judgement }
  } catch (error) {
    return left(intent, judgement, error)
  }
}

function left({ name }: Intent, judgement: OwnJudgement, error: unknown): IndexTrialEnd {
  return { kind: 'left', name, judgement, reason: describeProblem(name, error, INDEX_CURES) }
}

const ENDED_BY_LOOP: OwnJudgement = { verdict: 'inconclusive', reason: 'the loop has ended the trial' }
const ENDED_BY_ERROR: OwnJudgement = { verdict: 'inconclusive', reason: 'the server has ended the trial' }
const TAKEN_AWAY: OwnJudgement = {
  verdict: 'inconclusive',
  reason: 'somebody has dropped it or taken it over meanwhile',
}

/** What was measured of a table and its statements. */
interface Measured {
  readonly times: CallTimes
  readonly pagesBefore: number | undefined
  /** Rows written to the table per second. */
  readonly written: number
}

/** What live calls say, unless the index is not what they use. */
async function judge(
  { definition, statement, isReference }: Finding,
  name: string,
  { times, pagesBefore, written }: Measured,
  { session, grammar, settings }: IndexTrialOptions,
): Promise<OwnJudgement> {
  const { verdict, reason, savedMs } = judgeCalls(times.statements, times.apart)
  if (verdict !== 'effective') return { verdict, reason }
  // Of few calls that write many rows each, none may have ended with the index.
  const [saved, price] = [(savedMs / settings.verifyMs) * 1000, written * ROW_MS]
  if (price > saved * MOST_PRICE)
    return {
      verdict: 'no_effect',
      reason: `it saves ${saved.toPrecision(2)} ms per second, and the ${Math.round(written)} rows written per second cost about ${price.toPrecision(2)} ms more`,
    }
  if ((await scansOf(session, definition.table.schema, name)) === 0)
    return { verdict: 'no_effect', reason: 'no call has used the index' }
  // The check of a reference shows in no plan. For others, what was counted may be the planner, which reads an index to estimate.
  if (!isReference) {
    const ask = (): Promise<number | undefined> => shareOfPlans(session, statement, grammar, name)
    const share = (await ask()) ?? (await ask())
    if (share === undefined)
      return { verdict: 'inconclusive', reason: 'the planner could not be asked whether it uses it' }
    if (share < LEAST_SHARE_OF_PLANS)
      return { verdict: 'no_effect', reason: `the planner uses it for ${Math.round(100 * share)} % of the values only` }
  }
  const pages =
    pagesBefore !== undefined && settings.explainAnalyze ? await readBuffers(session, statement, grammar) : undefined
  if (pagesBefore === undefined || pages === undefined) return { verdict, reason }
  return pages <= pagesBefore * MOST_PAGES
    ? { verdict, reason: `${reason}; pages read ${pagesBefore} -> ${pages}` }
    : { verdict: 'no_effect', reason: `a call reads as many pages as before (${pagesBefore} -> ${pages})` }
}

async function scansOf(session: IndexSession, schema: string, name: string): Promise<number> {
  await sleep(REPORT_MS)
  const own = await ownIndex(session, schema, name)
  if (own === undefined) return 0
  const [row] = await session.query('SELECT pg_catalog.pg_stat_get_numscans($1::oid)::text AS scans', [own.oid])
  return Number(row?.['scans'])
}

/** Waits; true at once when the loop wants it to end. */
async function isEnded(ms: number, signal: AbortSignal, time: TrialTime): Promise<boolean> {
  await time.sleep(ms, { signal }).catch(() => {})
  return signal.aborted
}
