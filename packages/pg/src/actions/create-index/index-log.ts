import type { OwnTable } from '../../own-table.ts'
import { IndexTableMissingError } from '../../errors.ts'
import { createTable } from '../../own-table.ts'
import type { Server } from '../../indexes/server.ts'

/**
 * What `query.createIndex` keeps of its indexes; for migrations where the application may not create tables itself. A row is there before
 * its index is, so that one whose process was killed before it could put a comment on it is known all the same.
 */
export const INDEX_TABLE = `CREATE TABLE IF NOT EXISTS homeostat_index (
  name text PRIMARY KEY,
  schema text NOT NULL,
  table_oid oid NOT NULL,
  definition text NOT NULL,
  fingerprint text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  outcome text
)`

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

/** What became of an index. One that is `undecided` was dropped too, and may be tried again. */
export type IndexOutcome = 'kept' | 'dropped' | 'undecided' | 'failed' | 'lost'

/** One that did not help is not tried again within so many days; nothing is kept for longer. */
const KEPT_DAYS = 30

/** The rows of `homeostat_index`. Written under the lock of the session alone. */
export class IndexLog {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** @throws IndexTableMissingError when it is missing and may not be created */
  static async open(server: Server): Promise<IndexLog> {
    await createTable((text, values) => server.query(text, values), indexTable)
    return new IndexLog(server)
  }

  /** Undefined where the table is not there: then nothing was ever created. */
  static async ifThere(server: Server): Promise<IndexLog | undefined> {
    const [row] = await server.query("SELECT to_regclass('homeostat_index')::text AS name")
    return typeof row?.['name'] === 'string' ? new IndexLog(server) : undefined
  }

  async begin({ name, schema, tableOid, definition, fingerprint }: Intent): Promise<void> {
    const text =
      'INSERT INTO homeostat_index (name, schema, table_oid, definition, fingerprint) VALUES ($1, $2, $3::oid, $4, $5)'
    await this.#server.query(text, [name, schema, tableOid, definition, fingerprint])
  }

  async end(name: string, outcome: IndexOutcome): Promise<void> {
    await this.#server.query('UPDATE homeostat_index SET outcome = $2 WHERE name = $1', [name, outcome])
    await this.#server.query(
      `DELETE FROM homeostat_index WHERE outcome <> 'kept' AND started_at < clock_timestamp() - interval '${KEPT_DAYS} days'`,
    )
  }

  /** Those whose end was never written. */
  async open(): Promise<readonly Intent[]> {
    const rows = await this.#server.query(
      'SELECT name, schema, table_oid::text AS table_oid, definition, fingerprint FROM homeostat_index WHERE outcome IS NULL',
    )
    return rows.map(row => ({
      name: String(row['name']),
      schema: String(row['schema']),
      tableOid: String(row['table_oid']),
      definition: String(row['definition']),
      fingerprint: String(row['fingerprint']),
    }))
  }

  /** Milliseconds since the last one was begun; infinite where there is none. */
  async idleMs(): Promise<number> {
    const text =
      "SELECT (extract(epoch FROM clock_timestamp() - max(started_at)) * 1000)::bigint::text AS ms FROM homeostat_index WHERE outcome IS DISTINCT FROM 'failed'"
    const [row] = await this.#server.query(text)
    return typeof row?.['ms'] === 'string' ? Number(row['ms']) : Infinity
  }

  /** Whether the same index did not help, not long ago. */
  async isRejected(definition: string): Promise<boolean> {
    const rows = await this.#server.query(
      "SELECT 1 FROM homeostat_index WHERE definition = $1 AND outcome = 'dropped' LIMIT 1",
      [definition],
    )
    return rows.length > 0
  }
}
