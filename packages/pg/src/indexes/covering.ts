import type { Column, Table } from './catalog.ts'
import { sizeOf } from './index-size.ts'
import { bodyOf, missingColumns, servingIndex, type IndexDefinition, type IndexKey } from './index-definition.ts'
import { definitionsFor, isUnique, servedBy, type Abilities, type Proposal } from './proposals.ts'
import { PAGE_BYTES } from './table-source.ts'
import type { TableUse } from './table-use.ts'

/** With more columns, or wider ones, the index becomes a second table. */
const MOST_INCLUDED = 4
const MOST_INCLUDED_BYTES = 64
const MOST_OF_TABLE = 0.5
/** From fewer pages of the table that everybody sees, the rows are fetched after all. */
const LEAST_VISIBLE = 0.8
const MOST_PER_USE = 6
/** Documents, which grow, and what has no bound. */
const UNBOUNDED = /^(?:_.*|jsonb?|xml|bytea|ts(?:vector|query))$/

/**
 * The indexes that hold all that a statement reads of a table, so that it need not fetch the rows: keys as others propose them, and the rest
 * of the columns beside them. Readers of the catalog need Postgres 12, which has `INCLUDE`.
 */
export function coveringProposals(use: TableUse, abilities: Abilities): readonly Proposal[] {
  if (use.isWhole || lastingVisibleShare(use.table) < LEAST_VISIBLE) return []
  const plain = definitionsFor(use, abilities)
    .filter(({ method, keys }) => method === 'btree' && keys.every(isKnown))
    .map(index => ({ index, served: servedBy({ indexes: [index], use }) }))
  // A column that is compared is a key where it can be one.
  const most = Math.max(...plain.map(({ served }) => served))
  const known = new Set<string>()
  const proposals = plain.flatMap(({ index: keys, served }) => {
    const index = served === most ? withRest(keys, use) : undefined
    if (index === undefined || known.has(bodyOf(index)) || isNeeded(keys, use)) return []
    known.add(bodyOf(index))
    return servingIndex(index, use) === undefined ? [{ indexes: [index], use }] : []
  })
  return proposals.slice(0, MOST_PER_USE)
}

/** The same indexes without the columns beside their keys. */
export function withoutIncluded({ indexes, ...rest }: Proposal): Proposal {
  return { ...rest, indexes: indexes.map(({ included: _, ...index }) => index) }
}

/** Whether these columns beside the keys of an index leave it small. */
export function isNarrow(index: IndexDefinition): boolean {
  const { table, included = [] } = index
  const bytes = included.reduce((sum, { width }) => sum + width, 0)
  return (
    included.length <= MOST_INCLUDED &&
    bytes <= MOST_INCLUDED_BYTES &&
    (sizeOf(index) ?? 0) <= table.bytes * MOST_OF_TABLE &&
    !included.some(({ type, mayBeLong, isVirtual }) => mayBeLong || isVirtual || UNBOUNDED.test(type))
  )
}

function withRest(plain: IndexDefinition, use: TableUse): IndexDefinition | undefined {
  // In one order, whatever the statement names first.
  const included = missingColumns(plain, use).toSorted(byNumber)
  if (included.length === 0) return undefined
  const index = { ...plain, included }
  return isNarrow(index) ? index : undefined
}

/** How many rows an expression finds is a guess until an index on it exists, and then many rows are not a reason. */
function isKnown({ key: { column } }: IndexKey): boolean {
  return column?.distinct !== undefined
}

function byNumber(a: Column, b: Column): number {
  return a.number - b.number
}

/** An index that cannot be dropped finds the rows by these keys: the new one would be wholly in addition. */
function isNeeded(plain: IndexDefinition, use: TableUse): boolean {
  const existing = servingIndex(plain, use)
  return isUnique(plain, use) || (existing !== undefined && (existing.isUnique || existing.isNeeded))
}

/**
 * The share of the table's pages that everybody sees, as it is between two runs of VACUUM and not only after one. A row that is updated or
 * deleted takes the mark of its page away, and VACUUM puts it back: after so many rows anywhere in the table, a page has kept its mark with the
 * chance of e to the power of minus rows per page. Half of what VACUUM finds has come by the middle of the time.
 */
function lastingVisibleShare({ visibleShare, bytes, updates, deletes, dead, vacuums }: Table): number {
  const rows = Math.max(dead, (updates + deletes) / (vacuums + 1) / 2)
  return visibleShare * Math.exp(-rows / Math.max(1, bytes / PAGE_BYTES))
}
