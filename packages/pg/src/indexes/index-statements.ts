import { hasForeignPartition, hasParts, heirsOf, type Table } from './catalog.ts'
import { bodyOf, clausesOf, MAX_NAME_BYTES, type IndexDefinition } from './index-definition.ts'

/** More characters of statements nobody reads, and a receipt takes 4,000 at most. */
const LONGEST_SHOWN = 3500
const DEEP = ', from the top down, with ON ONLY instead of CONCURRENTLY where one has partitions itself'

/**
 * The statements that create the index without blocking writes, which cannot be where a partition is foreign.
 *
 * @param name - that no relation of the schema has
 */
export function createIndexStatement(definition: IndexDefinition, name: string): string {
  const { table } = definition
  switch (table.kind) {
    case 'hypertable':
      return createOnHypertable(definition, name)
    case 'inherited':
      return createOnHeirs(definition, name)
    case 'partitioned':
      // A foreign partition can have no index, and the index of the table stays invalid until each partition has attached one.
      return hasForeignPartition(table)
        ? `CREATE INDEX IF NOT EXISTS ${name} ON ${table.name} ${bodyOf(definition)}`
        : createOnPartitions(definition, name)
    case 'table':
    case 'materialized view':
      return createOn(table.name, name, bodyOf(definition))
  }
}

/** The statement that drops the index again. */
export function dropIndexStatement({ table }: IndexDefinition, name: string): string {
  const own = `${table.quotedSchema}.${name}`
  if (table.kind !== 'inherited') return dropStatement(table, [own])
  const ofHeirs = heirsOf(table).map(({ quotedSchema }, at) => `${quotedSchema}.${nameOfPart(name, at)}`)
  return dropStatement(table, [own, ...ofHeirs])
}

/** Drops indexes; that of a partitioned table and of a hypertable goes with those of its parts. */
export function dropStatement(table: Pick<Table, 'kind'>, names: readonly string[]): string {
  // Postgres drops neither several indexes concurrently nor one that has parts, and TimescaleDB does the same.
  return `DROP INDEX ${hasParts(table) ? '' : 'CONCURRENTLY '}${names.join(', ')}`
}

function createOn(table: string, name: string, body: string): string {
  return `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${table} ${body}`
}

/** Source: https://www.tigerdata.com/docs/api/latest/hypertable/create_index */
function createOnHypertable(definition: IndexDefinition, name: string): string {
  const { keys, where } = clausesOf(definition)
  return `CREATE INDEX IF NOT EXISTS ${name} ON ${definition.table.name} ${keys} WITH (timescaledb.transaction_per_chunk)${where}`
}

/** A table that inherits from another one has indexes of its own. */
function createOnHeirs(definition: IndexDefinition, name: string): string {
  const { table } = definition
  const heirs = heirsOf(table)
  const body = bodyOf(definition)
  const first = createOn(table.name, name, body)
  const whole = [first, ...heirs.map((heir, at) => createOn(heir.name, nameOfPart(name, at), body))].join(';\n')
  const left = [
    `then for each of the ${heirs.length} tables that inherit from it:`,
    createOn('TABLE', 'INDEX_OF_TABLE', body),
  ]
  return whole.length <= LONGEST_SHOWN ? whole : withComments(first, left)
}

/**
 * A partitioned table gets an index of its own that is not built, one per partition that is, and what joins them, from the top down. Where
 * that is too much to show, comments say what is left to do: never a part of the statements.
 */
function createOnPartitions(definition: IndexDefinition, name: string): string {
  const { table } = definition
  const body = bodyOf(definition)
  const createParent = (own: string, part: string): string =>
    `CREATE INDEX IF NOT EXISTS ${own} ON ONLY ${part} ${body}`
  const first = createParent(name, table.name)
  const indexes = new Map([[table.oid, `${table.quotedSchema}.${name}`]])
  const parts = table.partitions.flatMap(({ oid, parent, isLowest, name: part, quotedSchema }, at) => {
    const own = nameOfPart(name, at)
    indexes.set(oid, `${quotedSchema}.${own}`)
    const create = isLowest ? createOn(part, own, body) : createParent(own, part)
    return [create, `ALTER INDEX ${indexes.get(parent)} ATTACH PARTITION ${indexes.get(oid)}`]
  })
  const whole = [first, ...parts].join(';\n')
  const isDeep = table.partitions.some(({ isLowest }) => !isLowest)
  const left = [
    `then for each of the ${table.partitions.length} partitions${isDeep ? DEEP : ''}:`,
    createOn('PARTITION', 'INDEX_OF_PARTITION', body),
    `ALTER INDEX ${isDeep ? 'INDEX_OF_PARENT' : indexes.get(table.oid)} ATTACH PARTITION INDEX_OF_PARTITION`,
  ]
  return whole.length <= LONGEST_SHOWN ? whole : withComments(first, left)
}

function nameOfPart(name: string, at: number): string {
  return `${name.slice(0, MAX_NAME_BYTES - 6)}_p${at + 1}`
}

/** A line break in a name or a text would end the comment. */
function withComments(first: string, left: readonly string[]): string {
  return [`${first};`, ...left.map(line => `-- ${line.replaceAll(/\s/g, ' ')}`)].join('\n')
}
