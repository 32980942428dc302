import type { Key, TableUse } from './table-use.ts'

// What no index serves as it is written, and what one would.

/** `a IS NOT DISTINCT FROM $1` */
export function hintAtEqual({ table, hints }: TableUse, key: Key | undefined): void {
  if (key)
    hints.push(
      `no index serves IS NOT DISTINCT FROM: compare ${key.sql} of ${table.name} with = where the value is not NULL, and create an index on it`,
    )
}

/** `$1 = ANY (a)` */
export function hintAtContained({ table, hints }: TableUse, key: Key | undefined): void {
  const list = key?.column
  if (list?.type.startsWith('_'))
    hints.push(
      `no index serves = ANY (${list.quoted}): write ${list.quoted} @> ARRAY[$1] for ${table.name}, and create a gin index on it`,
    )
}
