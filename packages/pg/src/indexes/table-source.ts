import { hasParts, type Table } from './catalog.ts'
import { quoteIdentifier } from './print.ts'

/** Bytes of a page, of tables and indexes alike, unless somebody has built the server with others. */
export const PAGE_BYTES = 8_192

/** A table in FROM, with the tables that inherit from it only if the statement reads them. */
export function sourceOf(table: Table): string {
  return `${hasParts(table) ? '' : 'ONLY '}${table.name} AS ${quoteIdentifier(table.relation)}`
}

/** About so many pages of a table in FROM, the same each time; of a partitioned one, that share of each part. */
export function sampleOf(table: Table, pages: number): { readonly source: string; readonly percent: number } {
  const percent = Math.min(100, (100 * pages * PAGE_BYTES) / Math.max(1, table.bytes))
  const sample = percent >= 100 ? '' : ` TABLESAMPLE SYSTEM (${percent.toFixed(4)}) REPEATABLE (1)`
  return { source: `${sourceOf(table)}${sample}`, percent }
}
