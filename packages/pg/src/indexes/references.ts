import { readRelation, type Column, type Table } from './catalog.ts'
import type { Explained } from './explain.ts'
import { keyOfColumn, type Proposal } from './proposals.ts'
import type { Server } from './server.ts'
import type { StatementUses } from './statement-uses.ts'
import { sourceOf } from './table-source.ts'
import { nameColumn, newUse } from './table-use.ts'

/** A table that refers to the rows of another one, and is searched whenever such a row is deleted or its key changes. */
export interface Reference {
  readonly proposal: Proposal
  /** The search that the server runs, once for each row. */
  readonly search: Explained
}

/** The references to a table, and those to the tables whose rows a delete takes along. */
const REFERENCES = `WITH RECURSIVE k AS (
  SELECT oid, conrelid, conkey, confkey, confdeltype FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conparentid = 0 AND confrelid = $1::oid
  AND ($2::text[] IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum = ANY(confkey) AND a.attname = ANY($2)))
  UNION SELECT n.oid, n.conrelid, n.conkey, n.confkey, n.confdeltype FROM k JOIN pg_catalog.pg_constraint n
  ON n.contype = 'f' AND n.conparentid = 0 AND n.confrelid = k.conrelid AND k.confdeltype = 'c' AND $2::text[] IS NULL
) SELECT s.nspname::text AS schema, c.relname::text AS relation, pg_catalog.array_to_string(k.conkey, ' ') AS columns
FROM k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace LIMIT 50`

/** A table that refers to another one, by the numbers of its columns. */
export interface Referring {
  readonly schema: string
  readonly relation: string
  readonly columns: readonly number[]
}

/** The references that a statement has checked by the server for each row that it deletes or changes. */
export async function referencesTo(server: Server, written: StatementUses['written']): Promise<readonly Referring[]> {
  if (written === undefined) return []
  const changed = written.columns === 'all' ? null : [...written.columns]
  const rows = await server.query(REFERENCES, [written.table.oid, changed])
  return rows.map(row => ({
    schema: String(row['schema']),
    relation: String(row['relation']),
    columns: String(row['columns']).split(' ').map(Number),
  }))
}

/** Undefined for what has no index. Reading a table plans a query of it. */
export async function readReference(
  server: Server,
  { schema, relation, columns }: Referring,
): Promise<Reference | undefined> {
  const table = await readRelation(server, schema, relation)
  return table === undefined || 'view' in table ? undefined : referenceFrom(table, columns)
}

function referenceFrom(table: Table, numbers: readonly number[]): Reference {
  const columns = numbers.map(number => [...table.columns.values()].find(each => each.number === number)!)
  const use = newUse(table, table.relation)
  for (const column of columns) {
    use.conditions.push({ comparison: 'equal', key: keyOfColumn(column), isJoin: false, isFixed: false })
    nameColumn(use, column)
  }
  const keys = columns.map(column => ({ key: keyOfColumn(column), order: '' }))
  return {
    proposal: { indexes: [{ table, method: 'btree', keys }], use },
    search: { text: searchText(table, columns), values: undefined },
  }
}

function searchText(table: Table, columns: readonly Column[]): string {
  const conditions = columns.map(({ quoted }, at) => `${quoted} = $${at + 1}`)
  return `SELECT 1 FROM ${sourceOf(table)} WHERE ${conditions.join(' AND ')}`
}
