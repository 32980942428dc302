import type { IndexDefinition } from './index-definition.ts'

/** The head of an entry, its pointer in the page, and the alignment of its values. */
const ENTRY_BYTES = 16
/** How full a page of a new index is. */
const FILL = 0.9

/** The bytes that an index will take; undefined where statistics do not tell. */
export function sizeOf({ table, keys, included = [], method, predicate }: IndexDefinition): number | undefined {
  if (predicate !== undefined || method === 'gin') return undefined
  const widths = [
    ...keys.map(({ key }) => (method === 'hash' ? 4 : (key.column?.width ?? 16))),
    ...included.map(({ width }) => width),
  ]
  return (table.rows * widths.reduce((sum, width) => sum + width, ENTRY_BYTES)) / FILL
}
