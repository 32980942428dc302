import { withPrepared } from '../indexes/prepared.ts'
import type { Server } from '../indexes/server.ts'

const TYPES = `SELECT t.typname::text AS name FROM pg_catalog.pg_prepared_statements p, pg_catalog.unnest(p.parameter_types) WITH ORDINALITY own(type, place)
  JOIN pg_catalog.pg_type t ON t.oid = own.type WHERE p.name = $1 ORDER BY own.place`

/**
 * The types that the server gives the parameters of a statement, in their order.
 *
 * @throws the server's error where it cannot tell
 */
export function parameterTypes(server: Server, text: string): Promise<readonly string[]> {
  return withPrepared(server, text, async name => (await server.query(TYPES, [name])).map(row => String(row['name'])))
}
