import type { Table } from '../../indexes/catalog.ts'
import type { Server } from '../../indexes/server.ts'

/** The table, and the views that read it when they are read: the rows of a materialized one are its own. */
const NAMES = `WITH RECURSIVE over AS (SELECT $1::oid AS oid
  UNION SELECT r.ev_class FROM over JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = over.oid
    AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
  JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid JOIN pg_catalog.pg_class v ON v.oid = r.ev_class AND v.relkind = 'v')
SELECT c.relname::text AS name FROM over JOIN pg_catalog.pg_class c ON c.oid = over.oid`

/** The names under which statements read a table, without their schemas. */
export async function namesOfTable(server: Server, { oid }: Table): Promise<ReadonlySet<string>> {
  const rows = await server.query(NAMES, [oid])
  return new Set(rows.map(({ name }) => String(name)))
}
