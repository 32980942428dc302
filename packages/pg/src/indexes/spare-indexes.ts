import type { Index, Table } from './catalog.ts'

/** Indexes of a table that another one serves, key by key: of several that are the same, all but one. */
export function duplicateIndexes({ indexes }: Pick<Table, 'indexes'>): readonly Index[] {
  return indexes.filter(
    (index, at) =>
      isSpare(index) &&
      indexes.some(
        (other, place) => place !== at && other.isValid && isSame(index, other) && (!isSpare(other) || place < at),
      ),
  )
}

/** Indexes of a table that this server has never searched since its statistics began, and that nothing but searches needs. */
export function unusedIndexes({ indexes }: Pick<Table, 'indexes'>): readonly Index[] {
  return indexes.filter(index => isSpare(index) && index.scans === 0)
}

function isSpare({ isValid, isUnique, isNeeded }: Index): boolean {
  return isValid && !isUnique && !isNeeded
}

function isSame(a: Index, b: Index): boolean {
  return (['keys', 'included', 'predicate', 'method'] as const).every(part => String(a[part]) === String(b[part]))
}
