import type { IndexDefinition } from './index-definition.ts'
import { hasForeignPartition, type Table } from './catalog.ts'
import { attempt, type Server } from './server.ts'
import { sampleOf } from './table-source.ts'

/** An entry of a btree or of gin takes a third of a page at most, less what its other keys take. Source: the error 54000, "index row size exceeds". */
const LONGEST_BYTES = 2_000
/** A value beside the keys is there for reading alone. What is longer today grows, and a row with one that is too long cannot be written. */
const LONGEST_INCLUDED_BYTES = 250
/** About as many pages are read of a large table. */
const SAMPLED_PAGES = 2_000

/**
 * Which keys have values that are too long for an index, so that it could not be built. A gin index of an array has an entry for each of its
 * elements; those of documents and texts are short, whatever they are made of. Only the stored sizes of values are read, from a
 * sample of pages, and only where the table has values that are stored apart. Many proposals share a key, which is read once.
 */
export class LongValues {
  readonly #server: Server
  readonly #known = new Map<string, Promise<boolean>>()

  constructor(server: Server) {
    this.#server = server
  }

  async isTooLong({ table, method, keys }: IndexDefinition): Promise<boolean> {
    for (const { key } of keys) {
      const isOfElements = method === 'gin' && key.column?.type.startsWith('_')
      if (!key.columns.some(column => column.mayBeLong) || (method !== 'btree' && !isOfElements)) continue
      const isLong = isOfElements
        ? `EXISTS (SELECT FROM pg_catalog.unnest(${key.sql}) own WHERE ${isLonger('own', LONGEST_BYTES)})`
        : isLonger(key.sql, LONGEST_BYTES)
      if (await this.#hasLong(table, isLong)) return true
    }
    return false
  }

  async holdsLong({ table, included = [] }: IndexDefinition): Promise<boolean> {
    for (const { isUnbounded, quoted } of included)
      if (isUnbounded && (await this.#hasLong(table, isLonger(quoted, LONGEST_INCLUDED_BYTES)))) return true
    return false
  }

  #hasLong(table: Table, isLong: string): Promise<boolean> {
    const name = `${table.oid} ${isLong}`
    const known = this.#known.get(name) ?? hasLongValues(this.#server, table, isLong)
    this.#known.set(name, known)
    return known
  }
}

function isLonger(sql: string, bytes: number): string {
  return `pg_catalog.pg_column_size(${sql}) > ${bytes}`
}

function hasLongValues(server: Server, table: Table, isLong: string): Promise<boolean> {
  if (hasForeignPartition(table)) return Promise.resolve(true)
  // The same pages for each key, which are in memory then.
  const text = `SELECT 1 FROM ${sampleOf(table, SAMPLED_PAGES).source} WHERE ${isLong} LIMIT 1`
  // One that takes too long to read is as good as one with long values: an index that fails is worse than none.
  return attempt(server, async () => (await server.query(text)).length > 0).catch(() => true)
}
