import type { Tree } from '../grammar.ts'
import { resolve, type Scope } from './scope.ts'
import { asList, fieldsOf, namesOf, nodeOf, operatorOf } from './tree.ts'

/** The type that an expression has; undefined where that takes the rules of the server. */
export function typeOf(value: unknown, scope: Scope): string | undefined {
  const node = nodeOf(value)
  if (node === undefined) return undefined
  switch (node.kind) {
    case 'ColumnRef':
      return resolve(namesOf(node.fields['fields']), scope)?.column.type
    case 'TypeCast':
      return castTo(node.fields)
    case 'A_Expr':
      // A part of a document is one.
      return /^(?:->|#>)$/.test(operatorOf(node.fields)) ? typeOf(node.fields['lexpr'], scope) : undefined
    case 'A_Indirection': {
      const whole = typeOf(node.fields['arg'], scope)
      return whole === 'jsonb' ? whole : undefined
    }
    case 'FuncCall': {
      const name = namesOf(node.fields['funcname']).at(-1)
      if (name !== undefined && RANGE.test(name)) return name
      if (name !== 'timezone' && name !== 'date_trunc') return undefined
      const time = typeOf(asList(node.fields['args'])[1], scope)
      return name === 'timezone' ? OTHER_TIME[time ?? ''] : time
    }
    default:
      return undefined
  }
}

/** Functions that make a range of two values. */
const RANGE = /^(?:int4|int8|num|ts|tstz|date)range$/

/** What `AT TIME ZONE` makes of a time. */
const OTHER_TIME: Readonly<Record<string, string>> = { timestamptz: 'timestamp', timestamp: 'timestamptz' }
/** The type that a cast names, without its schema. */
export function castTo(cast: Tree): string {
  return namesOf(fieldsOf(cast['typeName'])['names']).at(-1) ?? ''
}
