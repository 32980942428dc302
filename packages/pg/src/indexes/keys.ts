import type { Tree } from '../grammar.ts'
import { print, type Printing } from './print.ts'
import { computedAs, referencesOf, referenceTo, resolve, type Scope } from './scope.ts'
import { MIXED, type Called, type Key, type TableUse } from './table-use.ts'
import { asList, fieldsOf, namesOf, nodeOf, nodesOf, operatorOf, textOf, walk } from './tree.ts'
import { castTo, isList, typeOf, withoutConstants } from './value-types.ts'

/** Types that btree cannot sort. */
const UNSORTABLE =
  /^_?(?:json|jsonpath|xml|point|line|lseg|box|path|polygon|circle|aclitem|xid|cid|txid_snapshot|pg_snapshot)$|^(?:tsquery|tsvector)$/

/** The key of an expression over one table alone. */
export function keyOf(value: unknown, use: TableUse, scope: Scope): Key | undefined {
  const computed = computedAs(value, scope)
  if (computed) return keyOf(computed.value, use, computed.scope)
  const { columns, hasUnknown, hasSubquery, hasParameter } = referencesOf(value, scope)
  if (columns.length === 0 || hasUnknown || hasSubquery || hasParameter) return undefined
  if (columns.some(reference => reference.use !== use || reference.column.isVirtual)) return undefined
  const sql = print(value, printingFor(use, scope))
  if (sql === undefined || holdsValue(value, scope)) return undefined
  const node = nodeOf(value)
  // A row is compared part by part.
  if (node?.kind === 'RowExpr') return undefined
  const isColumn = node?.kind === 'ColumnRef'
  const own = columns.map(({ column }) => column)
  // The cast of varchar to text is free, and the index on the column serves it.
  const isText = node?.kind === 'TypeCast' && own[0]?.type === 'varchar' && sql.endsWith('::text')
  const column = isColumn || isText ? own[0] : undefined
  const type = column?.type ?? typeOf(value, scope) ?? ''
  if (UNSORTABLE.test(type) && type !== 'tsvector') return undefined
  return {
    sql: column ? column.quoted : asKey(sql, node!.kind),
    columns: own,
    column,
    functions: column ? [] : functionsIn(value, scope),
  }
}

/** CREATE INDEX takes a column and a call as they are, and anything else in parentheses. */
function asKey(sql: string, kind: string): string {
  // `(a)::text` and `(a)[1]` begin with parentheses that do not hold the whole.
  const isInParentheses = sql.startsWith('(') && kind !== 'TypeCast' && kind !== 'A_Indirection'
  return kind === 'FuncCall' || isInParentheses ? sql : `(${sql})`
}

/** Prints columns of one table, and of no other. */
export function printingFor(use: TableUse, scope: Scope): Printing {
  return {
    column: names => {
      const found = resolve(names, scope)
      if (found) return found.use === use ? found.column.quoted : undefined
      const computed = computedAs(referenceTo(names), scope)
      return computed && print(computed.value, printingFor(use, computed.scope))
    },
    parameter: number => `$${number}`,
  }
}

/** Operators and functions of which one side names a part of a value, and is no value itself: `meta ->> 'kind'`, `date_trunc('day', at)`. */
const NAMING = /^(?:->|->>|#>|#>>|date_trunc|date_part|extract|timezone|to_tsvector)$/
/** Functions whose numbers say which part of a text or a number they return. */
const PLACING = /^(?:left|right|substr|substring|split_part|round|trunc)$/
/** Functions of which all parts but the first name something in it: the path to a part of a document, the way in which bytes are written. */
const NAMING_LAST = /^(?:jsonb?_extract_path(?:_text)?|encode)$/
/** What a program writes: a name, a path of names, a time zone. A key of a document may as well be somebody's address. */
const NAME =
  /^(?:(?:pg_catalog\.)?[A-Za-z_]\w{0,40}|[a-z]{1,20}(?:-[a-z]{1,20}){1,3}|\{[A-Za-z_]\w{0,40}(?:,[A-Za-z_]\w{0,40})*\}|[A-Z][a-z]+\/[A-Z]\w{1,40})$/

/** More of them are a number of somebody. */
const MOST_DIGITS = 4

/** The definition of an index is shown outside of the process, so it holds no value of a statement. */
function holdsValue(value: unknown, scope: Scope): boolean {
  let [texts, names] = [0, 0]
  let isHidden = false
  walk(value, ({ kind, fields }) => {
    if (kind === 'A_Const' && !isTrivial(fields)) texts++
    // The expression of another query may hold a value, and is not read here.
    if (kind === 'ColumnRef') isHidden ||= computedAs({ ColumnRef: fields }, scope) !== undefined
    names += namesWithin(kind, fields).filter(isName).length
    return true
  })
  return isHidden || texts > names
}

/** The parts of an expression that name something in it. */
function namesWithin(kind: string, fields: Tree): readonly unknown[] {
  if (kind === 'A_Expr') return NAMING.test(operatorOf(fields)) ? (listOf(fields['rexpr']) ?? [fields['rexpr']]) : []
  if (kind === 'A_Indices') return [fields['uidx']]
  if (kind !== 'FuncCall') return []
  const name = namesOf(fields['funcname']).at(-1) ?? ''
  const [first, ...others] = asList(fields['args'])
  if (PLACING.test(name)) return others.filter(isPlace)
  if (NAMING_LAST.test(name)) return others
  return NAMING.test(name) && others.length > 0 ? [first] : []
}

/** The elements of a list that is written out. */
function listOf(value: unknown): readonly unknown[] | undefined {
  const node = nodeOf(value)
  if (node?.kind === 'TypeCast') return listOf(node.fields['arg'])
  return node?.kind === 'A_ArrayExpr' ? asList(node.fields['elements']) : undefined
}

function isPlace(value: unknown): boolean {
  return fieldsOf(nodeOf(value)?.fields)['ival'] !== undefined
}

function isName(value: unknown): boolean {
  const node = nodeOf(value)
  if (node?.kind === 'TypeCast') return isName(node.fields['arg'])
  if (node?.kind !== 'A_Const' || isTrivial(node.fields)) return false
  const { ival } = node.fields
  if (ival !== undefined) return /^-?\d{1,3}$/.test(textOf(fieldsOf(ival)['ival']))
  const text = literalOf(node.fields)
  return NAME.test(text) && text.replaceAll(/\D/g, '').length <= MOST_DIGITS
}

/** 0, 1, NULL, true, false, the empty text and the signs between two texts say nothing about anybody. */
function isTrivial(fields: Tree): boolean {
  if (fields['isnull'] !== undefined || fields['boolval'] !== undefined) return true
  if (fields['ival'] !== undefined) return /^[01]?$/.test(textOf(fieldsOf(fields['ival'])['ival']))
  return fields['sval'] !== undefined && /^[\s\p{P}]{0,8}$/u.test(literalOf(fields))
}

function literalOf(fields: Tree): string {
  return textOf(fieldsOf(fields['sval'])['sval'])
}

/** A call of `to_tsvector` that names its configuration. */
export function isConfiguredSearch(call: Tree): boolean {
  return namesOf(call['funcname']).at(-1) === 'to_tsvector' && nodesOf(call['args']).length === 2
}

/** They cast what they choose from to one type, and a date to a `timestamptz` by the time zone of the session. */
const ONE_OF_SEVERAL = /^(?:CoalesceExpr|MinMaxExpr|A_ArrayExpr)$/

/** The functions, casts and operators whose result may depend on more than their arguments. */
function functionsIn(value: unknown, scope: Scope): readonly Called[] {
  const found: Called[] = []
  const add = (name: string, args: readonly unknown[]): void =>
    void found.push({ name, types: args.map(each => typeOf(each, scope)) })
  walk(value, ({ kind, fields }) => {
    // Of one name, but with the configuration it depends on nothing else.
    if (kind === 'FuncCall' && !isConfiguredSearch(fields))
      add(namesOf(fields['funcname']).at(-1) ?? '', asList(fields['args']))
    // A text that is cast is a constant, and so is a list of texts.
    const constants = listOf(fields['arg']) ?? [fields['arg']]
    const isConstant = constants.every(each => fieldsOf(nodeOf(each)?.fields)['sval'] !== undefined)
    if (kind === 'TypeCast' && !isConstant) add(`::${castTo(fields)}${isList(fields) ? '[]' : ''}`, [fields['arg']])
    if (kind === 'A_Expr') add(`operator ${operatorOf(fields)}`, [fields['lexpr'], fields['rexpr']])
    if (kind === 'SQLValueFunction') add('now', [])
    if (ONE_OF_SEVERAL.test(kind))
      add(MIXED, withoutConstants(asList(fields[kind === 'A_ArrayExpr' ? 'elements' : 'args'])))
    return true
  })
  return found
}
