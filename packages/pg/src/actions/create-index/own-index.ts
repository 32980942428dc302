import { createHash, randomBytes } from 'node:crypto'
import { bodyOf, type IndexDefinition } from '../../indexes/index-definition.ts'
import type { Row, Server } from '../../indexes/server.ts'

/** How the name of each index begins that `query.createIndex` creates. */
export const OWN_PREFIX = 'homeostat_auto_'
/** Longest identifier, `NAMEDATALEN` - 1 bytes. */
const MAX_NAME_BYTES = 63
const HASH_CHARS = 12

/** What the comment of an index of our own says. */
export interface OwnComment {
  /** `trial` while it is not known whether it helps. */
  readonly state: 'trial' | 'kept'
  /** Operation and tables of the statement that it is for, without values. */
  readonly reason: string
  /** A digest of the normalized text of the statement. */
  readonly fingerprint: string
  readonly since: Date
  /** After which a trial is over, whatever became of it. */
  readonly until?: Date
}

/** An index that carries our name and our comment: created by this action, and nobody has said otherwise since. */
export interface OwnIndex extends OwnComment {
  readonly oid: string
  readonly schema: string
  readonly name: string
  readonly tableOid: string
  readonly isValid: boolean
  /** Whether the user of this session may drop it. */
  readonly isOwned: boolean
}

/** A name that no other index has ever had: its hash is over the index, and over a random number. */
export function ownIndexName({ table, keys, ...rest }: IndexDefinition): string {
  const parts = [table.relation, ...keys.flatMap(({ key }) => key.columns.map(column => column.name))]
  const plain = parts.map(part => part.toLowerCase().replace(/[^a-z0-9_]+/g, '')).join('_')
  const hash = createHash('sha256')
    .update(`${table.name} ${bodyOf({ table, keys, ...rest })} ${randomBytes(16).toString('hex')}`)
    .digest('hex')
  const front = `${OWN_PREFIX}${plain}`.slice(0, MAX_NAME_BYTES - HASH_CHARS - 1)
  return `${front}_${hash.slice(0, HASH_CHARS)}`
}

const OWN_NAME = new RegExp(`^${OWN_PREFIX}[a-z0-9_]*_[0-9a-f]{${HASH_CHARS}}$`)

/** Whether {@link ownIndexName} may have made a name. */
export function isOwnName(name: string): boolean {
  return OWN_NAME.test(name)
}

/** A digest that leads back to no text. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

export function isDigest(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text)
}

/** `homeostat: trial since 2026-11-30T01:00:00.000Z for SELECT orders, fingerprint 0123456789abcdef, until 2026-11-30T02:00:00.000Z` */
export function commentOf({ state, reason, fingerprint, since, until }: OwnComment): string {
  const end = until === undefined ? '' : `, until ${until.toISOString()}`
  return `homeostat: ${state} since ${since.toISOString()} for ${reason}, fingerprint ${fingerprint}${end}`
}

const COMMENT = /^homeostat: (trial|kept) since (\S+Z) for ([^]*), fingerprint ([0-9a-f]{16})(?:, until (\S+Z))?$/

/** Undefined for a comment that is not ours. */
export function parseComment(text: unknown): OwnComment | undefined {
  const [, state, since, reason, fingerprint, until] = COMMENT.exec(typeof text === 'string' ? text : '') ?? []
  const times = [since, until].map(time => new Date(time ?? 0))
  if (state === undefined || times.some(time => Number.isNaN(time.getTime()))) return undefined
  return {
    state: state as OwnComment['state'],
    reason: reason!,
    fingerprint: fingerprint!,
    since: times[0]!,
    ...(until !== undefined && { until: times[1]! }),
  }
}

const OWN = `SELECT c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name, i.indrelid::text AS table_oid, i.indisvalid::text AS valid, pg_catalog.pg_has_role(c.relowner, 'USAGE')::text AS owned,
  pg_catalog.obj_description(c.oid, 'pg_class') AS comment
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'i' AND c.relname LIKE '${OWN_PREFIX.replaceAll('_', '\\_')}%'`

/** All indexes of our own in the database. One with our name alone, or our comment alone, is somebody else's. */
export async function ownIndexes(server: Server): Promise<readonly OwnIndex[]> {
  return (await server.query(OWN)).flatMap(ownIndexOf)
}

/** @param name - of an index; undefined where it is gone, or not ours any more */
export async function ownIndex(server: Server, schema: string, name: string): Promise<OwnIndex | undefined> {
  const rows = await server.query(`${OWN} AND n.nspname = $1 AND c.relname = $2`, [schema, name])
  return rows.flatMap(ownIndexOf)[0]
}

function ownIndexOf(row: Row): OwnIndex[] {
  const comment = parseComment(row['comment'])
  if (comment === undefined) return []
  const { oid, schema, name, table_oid: tableOid } = row as Readonly<Record<string, string>>
  return [
    {
      ...comment,
      oid: oid!,
      schema: schema!,
      name: name!,
      tableOid: tableOid!,
      isValid: row['valid'] === 'true',
      isOwned: row['owned'] === 'true',
    },
  ]
}
