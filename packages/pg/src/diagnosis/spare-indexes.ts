import type { Advice } from '@homeostat/optimizer'
import type { Table } from '../indexes/catalog.ts'
import { count, mib } from '../indexes/index-advice.ts'
import { dropStatement } from '../indexes/index-statements.ts'
import { duplicateIndexes, unusedIndexes } from '../indexes/spare-indexes.ts'

/** A smaller one costs little, in bytes. */
const LEAST_UNUSED = 16 * 2 ** 20

/** Indexes that each write keeps current and no statement needs. They make nothing slow that reads. */
export function spareIndexes(table: Table): readonly Advice[] {
  const duplicates = duplicateIndexes(table)
  const unused = unusedIndexes(table).filter(each => !duplicates.includes(each) && each.bytes >= LEAST_UNUSED)
  const writes = `${count(table.inserts)} rows inserted, ${count(table.updates)} updated so far`
  // Each heir has an index with these keys as well, under a name that is not known here.
  const isInherited = table.kind === 'inherited'
  const beside = isInherited ? ', and so is that of each table that inherits from it' : ''
  return [
    ...duplicates.map(({ name, bytes }) => ({
      what: `drop the index ${name} of ${table.name}`,
      why: `another index of the table has the same keys; this one takes ${mib(bytes)}, and writes keep both current (${writes})${beside}`,
      ...(!isInherited && { statement: dropStatement(table, [name]) }),
    })),
    ...unused.map(({ name, bytes }) => ({
      what: `find out whether anybody needs the index ${name} of ${table.name}`,
      why: `this server has not searched it since its statistics began; it takes ${mib(bytes)}, and writes keep it current (${writes}); replicas, and work that is done once a month, may search it`,
    })),
  ]
}
