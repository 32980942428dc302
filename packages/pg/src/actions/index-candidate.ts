import { createHash } from 'node:crypto'
import type { Column, Index, Table } from './catalog.ts'
import type { ComparedColumn } from './filter-columns.ts'
import { comparedColumns, sortedColumn } from './filter-columns.ts'
import type { FilteredScan } from './plan.ts'

/** An index that a scan could use instead. */
export interface IndexCandidate {
  readonly table: Table
  readonly scan: FilteredScan
  readonly columns: readonly Column[]
}

export interface AdviceThresholds {
  /** Smaller tables are read from end to end fast enough, in rows. @default 10000 */
  readonly minTableRows: number
  /** An index pays when no more than this share of the table's rows passes the filter. @default 0.05 */
  readonly maxSelectivity: number
}

/** Further columns widen the index more than they narrow the search. */
const MAX_COLUMNS = 3
/** Types that btree cannot sort. */
const UNSORTABLE = new Set('json xml point line lseg box path polygon circle tsquery aclitem'.split(' '))
/** Longest identifier, `NAMEDATALEN` - 1 bytes. */
const MAX_NAME_BYTES = 63

/**
 * The index for a scan: columns compared for equality first, the one with the most distinct values in front, then one
 * that is sorted by (when only the first rows are wanted) or compared by range. Undefined when no index would pay.
 */
export function indexCandidate(
  scan: FilteredScan,
  table: Table,
  thresholds: AdviceThresholds,
): IndexCandidate | undefined {
  if (!table.isOrdinary || table.rows < thresholds.minTableRows) return undefined
  if (scan.rows > table.rows * thresholds.maxSelectivity) return undefined
  const compared = comparedColumns(scan.filter, scan.alias)
  const equal = columnsOf(compared, 'equal', table).toSorted((a, b) => (b.distinct ?? 0) - (a.distinct ?? 0))
  const range = columnsOf(compared, 'range', table)
  const sortKey = scan.sortKey === undefined ? undefined : sortedColumn(scan.sortKey, scan.alias)
  const sorted = sortKey === undefined ? undefined : table.columns.get(sortKey)
  const last = equal.length > 0 ? (sorted ?? range[0]) : range[0]
  const columns = [
    ...equal.slice(0, last === undefined ? MAX_COLUMNS : MAX_COLUMNS - 1),
    ...(last === undefined ? [] : [last]),
  ]
  const distinct = [...new Set(columns)]
  return distinct.length === 0 ? undefined : { table, scan, columns: distinct }
}

/** The existing index whose beginning serves the candidate's columns already. The order within equality does not matter. */
export function coveringIndex(
  { table, columns }: Pick<IndexCandidate, 'table' | 'columns'>,
  onlyValid = true,
): Index | undefined {
  const wanted = columns.map(column => column.number)
  return table.indexes.find(index => {
    const beginning = new Set(index.columns.slice(0, wanted.length))
    return index.isValid === onlyValid && index.isPlain && wanted.every(column => beginning.has(column))
  })
}

/** `CREATE INDEX CONCURRENTLY` for a candidate: it does not block writes, and its name shows where it comes from. */
export function createIndexStatement({ table, columns }: IndexCandidate): string {
  const name = indexName(table, columns)
  return `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${table.name} (${columns.map(column => column.quoted).join(', ')})`
}

/** The same for hypopg, which takes neither a name nor CONCURRENTLY. */
export function hypotheticalIndexStatement({ table, columns }: IndexCandidate): string {
  return `CREATE INDEX ON ${table.name} (${columns.map(column => column.quoted).join(', ')})`
}

function indexName(table: Table, columns: readonly Column[]): string {
  const parts = [table.name.slice(table.name.indexOf('.') + 1), ...columns.map(column => column.quoted)]
  const plain = parts.map(part => part.toLowerCase().replace(/[^a-z0-9_]+/g, '')).join('_')
  const name = `homeostat_${plain}`
  if (name.length + 4 <= MAX_NAME_BYTES && parts.every(part => /^[a-z0-9_]+$/.test(part))) return `${name}_idx`
  const hash = createHash('sha256')
    .update([table.name, ...parts].join(' '))
    .digest('hex')
    .slice(0, 8)
  return `${name.slice(0, MAX_NAME_BYTES - 13)}_${hash}_idx`
}

function columnsOf(
  compared: readonly ComparedColumn[],
  comparison: ComparedColumn['comparison'],
  table: Table,
): Column[] {
  return compared.flatMap(({ name, cast, comparison: own }) => {
    const column = table.columns.get(name)
    if (own !== comparison || column === undefined || UNSORTABLE.has(column.type)) return []
    // varchar is compared as text, with the same index; any other cast needs an index on the expression.
    return cast === undefined || (cast === 'text' && column.type === 'varchar') ? [column] : []
  })
}
