import { isExplainable } from '../indexes/explain.ts'
import type { Row, Server } from '../indexes/server.ts'
import type { Origin } from '../signals/origin.ts'
import { summarize } from '../signals/query-summary.ts'
import type { Settings } from '../signals/session-settings.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import { fingerprint } from '../signals/statement-fingerprint.ts'
import { RecordUnreadableError } from '../errors.ts'
import { namesTable } from './named-tables.ts'
import { preparable } from './preparable.ts'
import type { StatementRecord } from './statement-record.ts'

const SCHEMA =
  "SELECT pg_catalog.quote_ident(n.nspname) AS name FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'"
/** What the server shows of statements of other users to one who may not see them. */
const HIDDEN = '<insufficient privilege>'
const MISSING =
  "the database has no pg_stat_statements: set shared_preload_libraries = 'pg_stat_statements', restart the server, and run CREATE EXTENSION pg_stat_statements"
const MOST_READ = 1_000
const LONGEST_TEXT = 65_536

/** Before version 1.8 of the extension, of Postgres 13, the time of a statement had another name. */
const statements = (
  schema: string,
): string => `SELECT query, pg_catalog.sum(calls)::text AS calls, pg_catalog.sum(ms)::text AS ms, pg_catalog.max(longest)::text AS longest FROM (
    SELECT s.query, s.calls, COALESCE(d.fields->>'total_exec_time', d.fields->>'total_time')::float8 AS ms, COALESCE(d.fields->>'max_exec_time', d.fields->>'max_time')::float8 AS longest
    FROM ${schema}.pg_stat_statements s, LATERAL (SELECT pg_catalog.to_jsonb(s) - 'query') d(fields)
    WHERE s.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AND pg_catalog.length(s.query) <= ${LONGEST_TEXT}
  ) own GROUP BY query ORDER BY pg_catalog.sum(ms) DESC LIMIT ${MOST_READ}`

/**
 * The statements of this database that pg_stat_statements has counted.
 *
 * @param server - in a transaction that cannot write
 * @throws RecordUnreadableError, or the server's error
 */
export async function readStatStatements(server: Server, origin: Origin, settings: Settings): Promise<StatementRecord> {
  const [extension] = await server.query(SCHEMA)
  if (extension === undefined) throw new RecordUnreadableError(MISSING)
  const rows = await server.query(statements(String(extension['name'])))
  const hidden = rows.filter(row => row['query'] === HIDDEN).length
  const problems =
    hidden === 0 ? [] : ['statements of other users are hidden from this one: grant it the role pg_read_all_stats']
  const found = rows
    .filter(({ query }) => query !== HIDDEN)
    .map(row => statementOf(row, origin, settings))
    .filter(({ text }) => isExplainable(text))
  const statementsOfTables = found.filter(({ summary }) => namesTable(summary))
  return { statements: statementsOfTables, passedOver: found.length - statementsOfTables.length, problems }
}

function statementOf(row: Row, origin: Origin, settings: Settings): SlowStatement {
  const text = preparable(String(row['query']))
  return {
    fingerprint: fingerprint(text),
    summary: summarize(text),
    text,
    bindValues: [],
    count: Number(row['calls']),
    totalMs: Number(row['ms']),
    maxMs: Number(row['longest']),
    lastSeen: 0,
    origin,
    settings,
    inTransaction: false,
    rows: undefined,
    since: 0,
    senders: [],
  }
}
