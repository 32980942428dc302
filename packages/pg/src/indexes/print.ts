import type { Tree } from '../grammar.ts'
import { fieldsOf, namesOf, nodeOf, nodesOf, operatorOf, textOf, type Node } from './tree.ts'

/** How the names of an expression are printed. */
export interface Printing {
  /** The column that a reference means; undefined where it is not one of the table. */
  column(names: readonly string[]): string | undefined
  /** The placeholder of a parameter. */
  parameter(number: number): string
}

class Unprintable extends Error {}

/** An expression over one table as SQL; undefined for what is not understood, and for columns of other tables. */
export function print(value: unknown, printing: Printing): string | undefined {
  try {
    return expression(nodeOf(value), printing)
  } catch (error) {
    if (error instanceof Unprintable) return undefined
    throw error
  }
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function expression(node: Node | undefined, printing: Printing): string {
  if (node === undefined) throw new Unprintable()
  const { kind, fields } = node
  const part = (name: string): string => expression(nodeOf(fields[name]), printing)
  const parts = (name: string): string =>
    nodesOf(fields[name])
      .map(each => expression(each, printing))
      .join(', ')
  switch (kind) {
    case 'ColumnRef': {
      const column = printing.column(namesOf(fields['fields']))
      if (column === undefined) throw new Unprintable()
      return column
    }
    case 'ParamRef':
      return printing.parameter(Number(fields['number'] ?? 0))
    case 'A_Const':
      return constant(fields)
    case 'TypeCast':
      return `(${part('arg')})::${typeName(fieldsOf(fields['typeName']))}`
    case 'CollateClause':
      return `(${part('arg')} COLLATE ${namesOf(fields['collname']).map(quoteIdentifier).join('.')})`
    case 'FuncCall':
      return call(fields, each => expression(each, printing))
    case 'A_Expr':
      return operation(fields, each => expression(each, printing))
    case 'BoolExpr': {
      const word = { AND_EXPR: ' AND ', OR_EXPR: ' OR ' }[String(fields['boolop'])]
      const args = nodesOf(fields['args']).map(each => expression(each, printing))
      return word === undefined ? `(NOT ${args[0]})` : `(${args.join(word)})`
    }
    case 'NullTest':
      return `(${part('arg')} IS ${fields['nulltesttype'] === 'IS_NULL' ? '' : 'NOT '}NULL)`
    case 'BooleanTest':
      return `(${part('arg')} ${String(fields['booltesttype']).replaceAll('_', ' ')})`
    case 'SQLValueFunction': {
      const name = /^SVFOP_(CURRENT_DATE|CURRENT_TIMESTAMP|LOCALTIMESTAMP)$/.exec(String(fields['op']))?.[1]
      if (name === undefined) throw new Unprintable()
      return name
    }
    case 'MinMaxExpr':
      return `${fields['op'] === 'IS_LEAST' ? 'LEAST' : 'GREATEST'}(${parts('args')})`
    case 'CoalesceExpr':
      return `COALESCE(${parts('args')})`
    case 'RowExpr':
      return `ROW(${parts('args')})`
    case 'A_Indirection':
      return `(${part('arg')})${nodesOf(fields['indirection'])
        .map(each => subscript(each, own => expression(own, printing)))
        .join('')}`
    case 'A_ArrayExpr':
      return `ARRAY[${parts('elements')}]`
    default:
      throw new Unprintable()
  }
}

/** One element, and no slice. */
function subscript({ kind, fields }: Node, shown: (node: Node | undefined) => string): string {
  if (kind !== 'A_Indices' || fields['is_slice'] === true) throw new Unprintable()
  return `[${shown(nodeOf(fields['uidx']))}]`
}

function constant(fields: Tree): string {
  if (fields['isnull'] === true) return 'NULL'
  if (fields['ival'] !== undefined) return textOf(fieldsOf(fields['ival'])['ival'] ?? 0)
  if (fields['fval'] !== undefined) return String(fieldsOf(fields['fval'])['fval'])
  if (fields['boolval'] !== undefined) return fieldsOf(fields['boolval'])['boolval'] === true ? 'true' : 'false'
  if (fields['sval'] === undefined) throw new Unprintable()
  const text = textOf(fieldsOf(fields['sval'])['sval']).replaceAll("'", "''")
  return text.includes('\\') ? `E'${text.replaceAll('\\', '\\\\')}'` : `'${text}'`
}

function call(fields: Tree, shown: (node: Node) => string): string {
  const isPlain = ['agg_order', 'agg_filter', 'over', 'agg_star', 'agg_distinct', 'agg_within_group', 'func_variadic']
  if (isPlain.some(name => fields[name] !== undefined)) throw new Unprintable()
  const names = namesOf(fields['funcname'])
  const args = nodesOf(fields['args']).map(shown)
  const inWords = fields['funcformat'] === 'COERCE_SQL_SYNTAX' ? wordsOf(names.at(-1)!, args) : undefined
  return inWords ?? `${names.map(identifier).join('.')}(${args.join(', ')})`
}

/** Functions that are called in words, as the server prints them. Source: get_func_sql_syntax, ruleutils.c. */
function wordsOf(name: string, [first, second, third]: readonly string[]): string | undefined {
  const side = { btrim: 'BOTH', ltrim: 'LEADING', rtrim: 'TRAILING' }[name]
  if (side !== undefined) return `TRIM(${side}${second === undefined ? '' : ` ${second}`} FROM ${first})`
  switch (name) {
    case 'timezone':
      return `(${second} AT TIME ZONE ${first})`
    case 'extract':
      return /^'[a-z_]+'$/.test(first ?? '') ? `EXTRACT(${first!.slice(1, -1)} FROM ${second})` : undefined
    case 'substring':
      return `SUBSTRING(${first} FROM ${second}${third === undefined ? '' : ` FOR ${third}`})`
    default:
      return undefined
  }
}

function operation(fields: Tree, shown: (node: Node | undefined) => string): string {
  const operator = operatorOf(fields)
  const left = fields['lexpr'] === undefined ? '' : `${shown(nodeOf(fields['lexpr']))} `
  const right = (): string => shown(nodeOf(fields['rexpr']))
  const items = nodesOf(fields['rexpr'])
  switch (fields['kind']) {
    case 'AEXPR_OP':
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return `(${left}${operator} ${right()})`
    case 'AEXPR_NULLIF':
      return `NULLIF(${shown(nodeOf(fields['lexpr']))}, ${right()})`
    case 'AEXPR_OP_ANY':
      return `(${left}${operator} ANY (${right()}))`
    case 'AEXPR_IN':
      return `(${left}${operator === '=' ? '' : 'NOT '}IN (${items.map(shown).join(', ')}))`
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
      return `(${left}IS ${fields['kind'] === 'AEXPR_DISTINCT' ? '' : 'NOT '}DISTINCT FROM ${right()})`
    case 'AEXPR_BETWEEN':
    case 'AEXPR_BETWEEN_SYM': {
      const word = fields['kind'] === 'AEXPR_BETWEEN' ? 'BETWEEN' : 'BETWEEN SYMMETRIC'
      return `(${left}${word} ${shown(items[0])} AND ${shown(items[1])})`
    }
    default:
      throw new Unprintable()
  }
}

function typeName(fields: Tree): string {
  const names = namesOf(fields['names'])
  const typmods = nodesOf(fields['typmods'])
  // The precision of an interval is a mask of bits.
  if (names.length === 0 || (typmods.length > 0 && names.at(-1) === 'interval')) throw new Unprintable()
  const lengths = typmods.map(({ kind, fields: own }) => {
    if (kind !== 'A_Const') throw new Unprintable()
    return constant(own)
  })
  const bounds = Array.isArray(fields['arrayBounds']) ? '[]'.repeat(fields['arrayBounds'].length) : ''
  return `${qualified(names)}${lengths.length > 0 ? `(${lengths.join(', ')})` : ''}${bounds}`
}

/** The name of a type; those of Postgres's own schema are known without it. */
function qualified(names: readonly string[]): string {
  return (names[0] === 'pg_catalog' && names[1] !== 'char' ? names.slice(1) : names)
    .map(each => (RESERVED.has(each) ? quoteIdentifier(each) : identifier(each)))
    .join('.')
}

function identifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && name !== 'char' ? name : quoteIdentifier(name)
}

/** Words that name a type only in quotes. Source: the manual, "SQL Key Words". */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric between both case cast check coalesce collate column constraint create current_catalog
  current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end except exists extract false fetch
  for foreign from grant greatest group grouping having in initially intersect into lateral leading least limit localtime localtimestamp normalize
  not null nullif offset on only or order overlay placing position primary references returning row select session_user setof some substring
  symmetric system_user table then to trailing treat trim true union unique user using values variadic when where window with`.split(
    /\s+/,
  ),
)
