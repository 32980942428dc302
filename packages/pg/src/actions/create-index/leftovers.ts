import { sleep } from '@homeostat/signals'
import { quoteIdentifier } from '../../indexes/print.ts'
import type { Row } from '../../indexes/server.ts'
import { IndexLog, type Intent, type OpenIntent } from './index-log.ts'
import type { IndexSession } from './index-session.ts'
import {
  commentOf,
  digestOf,
  isDigest,
  isOwnName,
  type OwnComment,
  type OwnIndex,
  ownIndex,
  ownIndexes,
  parseComment,
} from './own-index.ts'

/** A drop waits for those who use the table, for as long as `lock_timeout` allows; then it is tried again. */
const WAITS_MS: readonly number[] = [0, 500, 2000]
/** A sweep comes again. */
const AT_ONCE: readonly number[] = [0]

/** What became of an index that was to be dropped. */
export type DropResult =
  | 'dropped'
  /** Somebody has dropped it. */
  | 'gone'
  /** Its name or its comment is not ours any more: somebody has taken it over. */
  | 'foreign'

/**
 * Drops an index of our own, by name and comment.
 *
 * @throws the server's error when it cannot be dropped now. Its comment then says that its time is over, and it is swept later.
 */
export async function dropOwn(
  session: IndexSession,
  schema: string,
  name: string,
  waitsMs: readonly number[] = WAITS_MS,
): Promise<DropResult> {
  for (const [at, waitMs] of waitsMs.entries()) {
    if (waitMs > 0) await sleep(waitMs)
    const own = await ownIndex(session, schema, name)
    if (own === undefined) return (await exists(session, schema, name)) ? 'foreign' : 'gone'
    try {
      // The next sweep takes it away, should this be the last that this process does.
      if (own.state === 'kept') await putComment(session, schema, name, { ...own, state: 'trial', until: new Date() })
      await session.change(`DROP INDEX CONCURRENTLY IF EXISTS ${nameOf(schema, name)}`)
      return 'dropped'
    } catch (error) {
      if (at === waitsMs.length - 1) throw error
    }
  }
  return 'gone'
}

/** @throws the server's error, e.g. 42P01 when somebody has dropped the index */
export async function putComment(
  session: IndexSession,
  schema: string,
  name: string,
  comment: OwnComment,
): Promise<void> {
  const text = commentOf(comment).replaceAll("'", "''").replaceAll('\\', '\\\\')
  // The E decides what a backslash means, whatever the session says.
  await session.query(`COMMENT ON INDEX ${nameOf(schema, name)} IS E'${text}'`)
}

/**
 * Gives an index that has just been built its first comment, and writes down that it has one.
 *
 * @throws the server's error, and then neither is there
 */
export async function putFirstComment(
  session: IndexSession,
  log: IndexLog,
  { schema, name }: Pick<Intent, 'schema' | 'name'>,
  comment: OwnComment,
): Promise<void> {
  await session.inTransaction(async () => {
    await putComment(session, schema, name, comment)
    await log.commented(name)
  })
}

const NAMED = `SELECT pg_catalog.obj_description(c.oid, 'pg_class') AS comment
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
  WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'i'`

/**
 * Takes away what a build has left under the name that was written down for it, if there is anything. That name was made up for this build
 * alone, so an index of the same table under it that has had no comment is what the build has left: it gets its comment first. From one that
 * had its comment, somebody has removed it, who keeps the index.
 *
 * @throws the server's error when it cannot be dropped now
 */
export async function dropIntended(
  session: IndexSession,
  log: IndexLog,
  intent: Intent & Partial<OpenIntent>,
  waitsMs: readonly number[] = WAITS_MS,
): Promise<DropResult> {
  const { schema, name, tableOid } = intent
  // A user who may write to the log may name any index there.
  if (!isOwnName(name)) return 'foreign'
  // Anybody who may write to the table may have written it.
  const fingerprint = isDigest(intent.fingerprint) ? intent.fingerprint : digestOf(intent.fingerprint)
  const [found] = await session.query(`${NAMED} AND i.indrelid = $3::oid`, [schema, name, tableOid])
  if (found === undefined) return 'gone'
  if (found['comment'] === null) {
    if (intent.isCommented === true) return 'foreign'
    const since = new Date()
    const reason = 'a build that has not ended'
    await putFirstComment(session, log, intent, { state: 'trial', reason, fingerprint, since, until: since })
  } else if (parseComment(found['comment']) === undefined) return 'foreign'
  return dropOwn(session, schema, name, waitsMs)
}

/** What a sweep has taken away, and what it could not. */
export interface Swept {
  readonly dropped: number
  readonly failed: number
}

/**
 * Drops what processes that are gone have left: indexes of our own that are not valid, or whose trial nobody looks after. Under the lock
 * nobody does, whatever their comments say of their time.
 */
export async function sweep(session: IndexSession): Promise<Swept> {
  let [dropped, failed] = [0, 0]
  const log = await IndexLog.ifThere(session)
  const take = async (drop: () => Promise<DropResult>, name: string): Promise<void> => {
    try {
      if ((await drop()) === 'dropped') dropped++
      await log?.end(name, 'lost')
    } catch {
      failed++
    }
  }
  for (const intent of (await log?.open()) ?? []) {
    const own = await ownIndex(session, intent.schema, intent.name)
    // It was judged, and its process was killed before it could write that down.
    if (own?.state === 'kept' && own.isValid) await log?.end(intent.name, 'kept')
    else if (own?.isOwned !== false) await take(() => dropIntended(session, log!, intent, AT_ONCE), intent.name)
  }
  for (const { schema, name } of (await ownIndexes(session)).filter(each => isLeft(each) && each.isOwned))
    await take(() => dropOwn(session, schema, name, AT_ONCE), name)
  return { dropped, failed }
}

/** Whether nobody looks after an index of ours, as nobody holds the lock: its trial goes on, or it is not valid. */
export function isLeft({ state, isValid }: OwnIndex): boolean {
  return state === 'trial' || !isValid
}

/** Whether there is an index of that name, whoever has made it. */
export async function exists(session: IndexSession, schema: string, name: string): Promise<boolean> {
  const rows: readonly Row[] = await session.query(NAMED, [schema, name])
  return rows.length > 0
}

export function nameOf(schema: string, name: string): string {
  return [schema, name].map(quoteIdentifier).join('.')
}
