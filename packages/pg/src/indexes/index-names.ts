import { indexName, type IndexDefinition } from './index-definition.ts'
import type { Server } from './server.ts'

/** Relations of a schema that have one of these names, unless they are indexes of a failed build, which are to go first. */
const TAKEN = `SELECT c.relname::text AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid WHERE n.nspname = $1 AND c.relname LIKE $2 AND i.indisvalid IS NOT FALSE`

/** Names that no relation has: with one that is taken, `IF NOT EXISTS` would silently create nothing. */
export async function freeNames(server: Server, indexes: readonly IndexDefinition[]): Promise<readonly string[]> {
  const names: string[] = []
  for (const index of indexes) {
    const wanted = indexName(index)
    const base = wanted.replace(/_idx$/, '').slice(0, 55)
    const rows = await server.query(TAKEN, [index.table.schema, `${base.replaceAll('_', '\\_')}%`])
    const taken = new Set([...rows.map(row => String(row['name'])), ...names])
    let name = wanted
    for (let number = 2; taken.has(name); number++) name = `${base}__${number}_idx`
    names.push(name)
  }
  return names
}
