import type { Tree } from '../grammar.ts'
import { computedAs, resolve, type Scope } from './scope.ts'
import { asList, fieldsOf, namesOf, nodeOf, operatorOf, type Node } from './tree.ts'

/** The type that an expression has; undefined where that takes the rules of the server. */
export function typeOf(value: unknown, scope: Scope): string | undefined {
  const node = nodeOf(value)
  if (node === undefined) return undefined
  const { kind, fields } = node
  switch (kind) {
    case 'ColumnRef': {
      const column = resolve(namesOf(fields['fields']), scope)?.column
      const computed = column ? undefined : computedAs(value, scope)
      return computed ? typeOf(computed.value, computed.scope) : column?.type
    }
    case 'TypeCast':
      return `${isList(fields) ? '_' : ''}${castTo(fields)}`
    case 'CollateClause':
      return typeOf(fields['arg'], scope)
    case 'CoalesceExpr':
    case 'MinMaxExpr':
      return commonType(asList(fields['args']), scope)
    case 'A_Expr':
      return typeOfOperation(fields, scope)
    case 'A_Indirection': {
      const whole = typeOf(fields['arg'], scope)
      return whole?.startsWith('_') ? whole.slice(1) : whole === 'jsonb' ? whole : undefined
    }
    case 'FuncCall':
      return typeOfCall(node, scope)
    default:
      return undefined
  }
}

/** The one type of these, beside constants, which take that of the others. */
function commonType(args: readonly unknown[], scope: Scope): string | undefined {
  const types = new Set(withoutConstants(args).map(each => typeOf(each, scope)))
  return types.size === 1 ? [...types][0] : undefined
}

export function withoutConstants(args: readonly unknown[]): readonly unknown[] {
  return args.filter(each => nodeOf(each)?.kind !== 'A_Const')
}

function typeOfOperation(fields: Tree, scope: Scope): string | undefined {
  const operator = operatorOf(fields)
  const left = typeOf(fields['lexpr'], scope)
  if (left === undefined || !/^jsonb?$/.test(left)) return undefined
  // A part of a document is one, or its text.
  return /^(?:->|#>)$/.test(operator) ? left : /^(?:->>|#>>)$/.test(operator) ? 'text' : undefined
}

function typeOfCall({ fields }: Node, scope: Scope): string | undefined {
  const name = namesOf(fields['funcname']).at(-1) ?? ''
  if (RANGE.test(name)) return name
  const [first, second] = asList(fields['args'])
  if (name === 'timezone') return OTHER_TIME[typeOf(second, scope) ?? '']
  if (name === 'date_trunc') return typeOf(second, scope)
  if (name === 'lower' || name === 'upper') {
    const type = typeOf(first, scope) ?? ''
    return BOUNDS[type] ?? (TEXT.test(type) ? 'text' : undefined)
  }
  return RESULTS[name]
}

/** Functions that make a range of two values. */
const RANGE = /^(?:int4|int8|num|ts|tstz|date)range$/
const TEXT = /^(?:text|varchar|bpchar)$/

/** The type that `AT TIME ZONE` returns. */
const OTHER_TIME: Readonly<Record<string, string>> = { timestamptz: 'timestamp', timestamp: 'timestamptz' }

/** The types of the ends of ranges. */
const BOUNDS: Readonly<Record<string, string>> = {
  int4range: 'int4',
  int8range: 'int8',
  numrange: 'numeric',
  tsrange: 'timestamp',
  tstzrange: 'timestamptz',
  daterange: 'date',
}

/** Functions that return one type for all arguments. */
const RESULTS: Readonly<Record<string, string>> = {
  to_timestamp: 'timestamptz',
  date: 'date',
  md5: 'text',
  left: 'text',
  right: 'text',
  replace: 'text',
  split_part: 'text',
}

/** The type that a cast names, without its schema. */
export function castTo(cast: Tree): string {
  return namesOf(fieldsOf(cast['typeName'])['names']).at(-1) ?? ''
}

/** Whether a cast makes a list of values. */
export function isList(cast: Tree): boolean {
  return asList(fieldsOf(cast['typeName'])['arrayBounds']).length > 0
}
