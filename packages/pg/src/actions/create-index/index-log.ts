import type { OwnTable } from '../../own-table.ts'
import { IndexTableMissingError } from '../../errors.ts'
import { INDEX_TABLE } from './index-table.ts'
import { createTable } from '../../own-table.ts'
import { quoteIdentifier } from '../../indexes/print.ts'
import type { Server } from '../../indexes/server.ts'

const indexTable: OwnTable = { name: 'homeostat_index', statement: INDEX_TABLE, MissingError: IndexTableMissingError }

/** An index that is to be created. */
export interface Intent {
  readonly name: string
  readonly schema: string
  readonly tableOid: string
  /** Digests of the definition and of the statement. */
  readonly definition: string
  readonly fingerprint: string
}

/** An index that has not come to an end: it may be built, and where `isCommented`, it is, and has got its comment. */
export interface OpenIntent extends Intent {
  readonly isCommented: boolean
}

/** What became of an index. One that is `undecided` was dropped too, and may be tried again. */
export type IndexOutcome = 'kept' | 'dropped' | 'undecided' | 'failed' | 'lost'

/** The outcome of an index that is on trial and has its comment. */
const COMMENTED = 'commented'
/** One that did not help is not tried again within so many days; nothing is kept for longer. */
const KEPT_DAYS = 30
/** So often is an index begun whose trial comes to no end. */
const MOST_LOST = 2

/**
 * The one table of the database, the oldest: each `search_path` would otherwise have one of its own, and not know of what others have left. One
 * that a stranger has made is not ours, unless this session would find it by its name alone.
 */
const FIND = `SELECT n.nspname::text AS schema, c.relname::text AS name, current_user::text AS grantee,
    pg_catalog.has_schema_privilege(n.oid, 'USAGE')::text AS reachable,
    pg_catalog.concat_ws(', ', VARIADIC ARRAY(SELECT p FROM pg_catalog.unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) p WHERE NOT pg_catalog.has_table_privilege(c.oid, p))) AS denied
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
  WHERE c.relname = '${indexTable.name}' AND c.relkind = 'r' AND c.relpersistence = 'p'
    AND (r.rolsuper OR pg_catalog.pg_has_role(c.relowner, 'USAGE') OR pg_catalog.pg_table_is_visible(c.oid))
  ORDER BY c.oid`

interface Found {
  /** The schema, and the table with it. */
  readonly schema: string
  readonly table: string
  /** The user of this session. */
  readonly grantee: string
  readonly isReachable: boolean
  /** The privileges that this user lacks, as a list for `GRANT`. */
  readonly denied: string
}

function isUsable({ isReachable, denied }: Found): boolean {
  return isReachable && denied === ''
}

async function findTables(server: Server): Promise<readonly Found[]> {
  return (await server.query(FIND)).map(row => {
    const [schema, name, grantee] = ['schema', 'name', 'grantee'].map(part => quoteIdentifier(String(row[part])))
    return {
      schema: schema!,
      table: `${schema}.${name}`,
      grantee: grantee!,
      isReachable: row['reachable'] === 'true',
      denied: String(row['denied']),
    }
  })
}

/** The rows of `homeostat_index`. Written under the lock of the session alone. */
export class IndexLog {
  readonly #server: Server
  /** With its schema: another session may have another `search_path`. */
  readonly #table: string

  private constructor(server: Server, table: string) {
    this.#server = server
    this.#table = table
  }

  /** @throws IndexTableMissingError when it is missing and may not be created */
  static async open(server: Server): Promise<IndexLog> {
    const known = await IndexLog.ifThere(server)
    if (known !== undefined) return known
    await createTable((text, values) => server.query(text, values), indexTable)
    const made = await IndexLog.ifThere(server)
    if (made === undefined) throw new IndexTableMissingError(INDEX_TABLE)
    return made
  }

  /** Undefined where the table is not there: then nothing was ever created. */
  static async ifThere(server: Server): Promise<IndexLog | undefined> {
    const found = (await findTables(server)).find(isUsable)
    return found && new IndexLog(server, found.table)
  }

  /** Why the table that is there cannot be used, e.g. because a role for migrations has made it; undefined where it can, or is to be created. */
  static async obstacle(server: Server): Promise<string | undefined> {
    const found = await findTables(server)
    const [first] = found
    if (first === undefined || found.some(isUsable)) return undefined
    const { schema, table, grantee, isReachable, denied } = first
    const missing = [
      ...(isReachable ? [] : [`USAGE ON SCHEMA ${schema}`]),
      ...(denied === '' ? [] : [`${denied} ON ${table}`]),
    ]
    const grants = missing.map(each => `GRANT ${each} TO ${grantee}`).join('; ')
    return `the table homeostat_index belongs to another role, and the user of the application may not use it: ${grants}`
  }

  async begin({ name, schema, tableOid, definition, fingerprint }: Intent): Promise<void> {
    const text = `INSERT INTO ${this.#table} (name, schema, table_oid, definition, fingerprint) VALUES ($1, $2, $3::oid, $4, $5)`
    await this.#server.query(text, [name, schema, tableOid, definition, fingerprint])
  }

  /** Its index has got its comment, in the same transaction: whoever removes that comment later keeps the index. */
  async commented(name: string): Promise<void> {
    await this.#server.query(`UPDATE ${this.#table} SET outcome = $2 WHERE name = $1`, [name, COMMENTED])
  }

  async end(name: string, outcome: IndexOutcome): Promise<void> {
    await this.#server.query(`UPDATE ${this.#table} SET outcome = $2 WHERE name = $1`, [name, outcome])
    await this.#server.query(
      `DELETE FROM ${this.#table} WHERE outcome <> 'kept' AND started_at < clock_timestamp() - interval '${KEPT_DAYS} days'`,
    )
  }

  /** Those whose end was never written. */
  async open(): Promise<readonly OpenIntent[]> {
    const rows = await this.#server.query(
      `SELECT name, schema, table_oid::text AS table_oid, definition, fingerprint, outcome FROM ${this.#table} WHERE outcome IS NULL OR outcome = $1`,
      [COMMENTED],
    )
    return rows.map(row => ({
      name: String(row['name']),
      schema: String(row['schema']),
      tableOid: String(row['table_oid']),
      definition: String(row['definition']),
      fingerprint: String(row['fingerprint']),
      isCommented: row['outcome'] === COMMENTED,
    }))
  }

  /** Milliseconds since the last one was begun; infinite where there is none. */
  async idleMs(): Promise<number> {
    const text = `SELECT (extract(epoch FROM clock_timestamp() - max(started_at)) * 1000)::bigint::text AS ms FROM ${this.#table} WHERE outcome IS DISTINCT FROM 'failed'`
    const [row] = await this.#server.query(text)
    return typeof row?.['ms'] === 'string' ? Number(row['ms']) : Infinity
  }

  /** Why the same index is not to be tried again so soon; undefined where it may be. */
  async rejection(definition: string): Promise<string | undefined> {
    const text = `SELECT count(*) FILTER (WHERE outcome = 'dropped')::int AS dropped, count(*) FILTER (WHERE outcome = 'lost')::int AS lost
      FROM ${this.#table} WHERE definition = $1 AND started_at > clock_timestamp() - interval '${KEPT_DAYS} days'`
    const [row] = await this.#server.query(text, [definition])
    if (Number(row?.['dropped']) > 0)
      return `the same index was tried within the last ${KEPT_DAYS} days, and did not help or was too large`
    return Number(row?.['lost']) < MOST_LOST
      ? undefined
      : `the same index was begun ${Number(row?.['lost'])} times within the last ${KEPT_DAYS} days, and its process or connection was lost each time`
  }
}
