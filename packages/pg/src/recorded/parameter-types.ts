import { randomBytes } from 'node:crypto'
import { attempt, type Server } from '../indexes/server.ts'

const TYPES = `SELECT t.typname::text AS name FROM pg_catalog.pg_prepared_statements p, pg_catalog.unnest(p.parameter_types) WITH ORDINALITY own(type, place)
  JOIN pg_catalog.pg_type t ON t.oid = own.type WHERE p.name = $1 ORDER BY own.place`

/**
 * The types that the server gives the parameters of a statement, in their order.
 *
 * @throws the server's error where it cannot tell
 */
export async function parameterTypes(server: Server, text: string): Promise<readonly string[]> {
  const name = `homeostat_${randomBytes(8).toString('hex')}`
  let isPrepared = false
  try {
    return await attempt(server, async () => {
      await server.query(`PREPARE ${name} AS ${text}`)
      isPrepared = true
      return (await server.query(TYPES, [name])).map(row => String(row['name']))
    })
  } finally {
    // No transaction takes it back.
    if (isPrepared) await server.query(`DEALLOCATE ${name}`).catch(() => {})
  }
}
