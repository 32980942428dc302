import type { Index } from './catalog.ts'
import type { Key } from './table-use.ts'

// Compares keys of indexes as we print them with those that the server prints, which has casts, parentheses and names of its own.

/** As the server prints the names of types, and the short ones. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'character varying': 'varchar',
  'double precision': 'float8',
  character: 'bpchar',
  integer: 'int4',
  bigint: 'int8',
  smallint: 'int2',
  real: 'float4',
  boolean: 'bool',
}
const LONG_TYPE = new RegExp(`::(${Object.keys(SHORT_NAMES).join('|')})\\b`, 'g')
/** The type of a constant follows from where it stands. */
const CAST_CONSTANT = /(?:('(?:[^']|'')*')|\(('(?:[^']|'')*')\))::(?:"[^"]*"|[\w.]+)/g
/** The server casts texts to be compared as texts. */
const CAST_TEXT = /::(?:text|varchar|bpchar)\b(?:\(\d+\))?/g

export function normal(sql: string): string {
  return sql
    .replaceAll(LONG_TYPE, (_, long: string) => `::${SHORT_NAMES[long]!}`)
    .replaceAll(CAST_CONSTANT, '$1$2')
    .replaceAll(CAST_TEXT, '')
    .replaceAll(/\bpg_catalog\.|[()\s"]/g, '')
    .toLowerCase()
}

/** @param order - as behind the key of an index */
export function normalKey({ sql, column, operatorClass }: Key, order: string): string {
  const isExpression = column === undefined && !sql.includes(' COLLATE ')
  // The class of an existing index is read without the schema of its extension.
  return marked(normal([sql, operatorClass?.replace(/^.*\./, '') ?? '', order].join(' ')), isExpression)
}

/** The keys of an existing index. */
export function keysOf({ keys, columns }: Index): readonly string[] {
  return keys.map((key, at) => marked(normal(key), columns[at] === 0))
}

/** Without its cast, an expression may look like its column. */
function marked(key: string, isExpression: boolean): string {
  return isExpression ? `expression ${key}` : key
}
