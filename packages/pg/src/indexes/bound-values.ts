import { asList, fieldsOf, namesOf, nodeOf, operatorOf, textOf } from './tree.ts'

// What the values that are bound to a statement decide before a row is read. Source: eval_const_expressions, clauses.c.

/** Those that are bound to a statement; undefined where they are not known. */
export type Values = readonly unknown[] | undefined

/** Whether a condition holds for every row, or for none; undefined where that depends on the row, or on values that are not known. */
export function truthOf(value: unknown, values: Values): boolean | undefined {
  const node = nodeOf(value)
  if (node === undefined) return undefined
  switch (node.kind) {
    case 'NullTest': {
      const constant = constantOf(node.fields['arg'], values)
      return constant && (constant.text === null) === (node.fields['nulltesttype'] === 'IS_NULL')
    }
    case 'BoolExpr': {
      const args = asList(node.fields['args']).map(each => truthOf(each, values))
      if (node.fields['boolop'] === 'NOT_EXPR') return args[0] === undefined ? undefined : !args[0]
      const decisive = node.fields['boolop'] === 'OR_EXPR'
      return args.includes(decisive) ? decisive : args.includes(undefined) ? undefined : !decisive
    }
    case 'A_Expr': {
      if (node.fields['kind'] !== 'AEXPR_OP' || !/^(?:=|<>)$/.test(operatorOf(node.fields))) return undefined
      const [left, right] = [node.fields['lexpr'], node.fields['rexpr']].map(each => constantOf(each, values)?.text)
      if (typeof left !== 'string' || typeof right !== 'string') return undefined
      const isEqual = areEqual(left, right)
      return isEqual === undefined ? undefined : isEqual === (operatorOf(node.fields) === '=')
    }
    case 'A_Const':
    case 'ParamRef':
    case 'TypeCast': {
      const text = constantOf(value, values)?.text
      return typeof text === 'string' && /^(?:t|f|true|false)$/i.test(text) ? /^t/i.test(text) : undefined
    }
    default:
      return undefined
  }
}

/** A word or a number that is the same value as another one in few ways, whichever type both have. */
const PLAIN = /^(?:[a-z_]{1,20}|-?\d{1,5})$/i
const TRUE = /^(?:t|true|y|yes|on|1)$/i
const FALSE = /^(?:f|false|n|no|off|0)$/i

/** Whether two texts are one value of a type that is not known; undefined where they may be two spellings of it: `1.0`, `01`, `TRUE`, dates. */
function areEqual(left: string, right: string): boolean | undefined {
  if (left === right) return true
  const both = [left, right]
  // A text of spaces may be an empty one, and so is `\x`.
  if (both.includes('')) return /^[^\\]*[\p{L}\p{N}]/u.test(left + right) ? false : undefined
  if (!both.every(text => PLAIN.test(text))) return undefined
  const isOneValue =
    left.toLowerCase() === right.toLowerCase() ||
    Number(left) === Number(right) ||
    [TRUE, FALSE, /^inf/i].some(spelling => both.every(text => spelling.test(text)))
  return isOneValue ? undefined : false
}

/**
 * The text that an expression gives, for patterns.
 *
 * @param isRun - also by functions that are run with the statement, and not when it is planned
 */
export function boundText(value: unknown, values: Values, isRun = false): string | undefined {
  const node = nodeOf(value)
  const partsOf = (parts: readonly unknown[]): string | undefined => {
    const texts = parts.map(each => boundText(each, values, isRun))
    return texts.includes(undefined) ? undefined : texts.join('')
  }
  if (node?.kind === 'A_Expr' && node.fields['kind'] === 'AEXPR_OP' && operatorOf(node.fields) === '||')
    return partsOf([node.fields['lexpr'], node.fields['rexpr']])
  if (node?.kind === 'FuncCall') {
    const [name, args] = [namesOf(node.fields['funcname']).at(-1), asList(node.fields['args'])]
    const isKnown = name === 'lower' || name === 'upper' || (isRun && name === 'concat')
    const text = isKnown ? partsOf(args) : undefined
    return name === 'lower' ? text?.toLowerCase() : name === 'upper' ? text?.toUpperCase() : text
  }
  const text = constantOf(value, values)?.text
  return typeof text === 'string' ? text : undefined
}

/** The texts of a list that is written out or bound; undefined where one of them is not known. */
export function boundTexts(value: unknown, values: Values): readonly string[] | undefined {
  const node = nodeOf(value)
  if (node?.kind === 'TypeCast') return boundTexts(node.fields['arg'], values)
  const bound: unknown = node?.kind === 'ParamRef' ? values?.[Number(node.fields['number']) - 1] : undefined
  const texts = Array.isArray(bound)
    ? bound.map((each: unknown) => (typeof each === 'string' ? each : undefined))
    : asList(node?.kind === 'A_ArrayExpr' ? node.fields['elements'] : []).map(each => boundText(each, values))
  return texts.includes(undefined) ? undefined : texts.flatMap(text => text ?? [])
}

/** How many values a list has; undefined where that is not known. */
export function itemsOf(value: unknown, values: Values): number | undefined {
  const node = nodeOf(value)
  if (node === undefined) return undefined
  switch (node.kind) {
    case 'List':
      return asList(node.fields['items']).length
    case 'A_ArrayExpr':
      return asList(node.fields['elements']).length
    case 'TypeCast':
      return itemsOf(node.fields['arg'], values)
    case 'ParamRef': {
      const bound = values?.[Number(node.fields['number']) - 1]
      return Array.isArray(bound) ? bound.length : undefined
    }
    default:
      return undefined
  }
}

/** What a literal or a value that is bound is, as the server is sent it. */
export function constantOf(value: unknown, values: Values): { readonly text: string | null } | undefined {
  const node = nodeOf(value)
  if (node?.kind === 'TypeCast') return constantOf(node.fields['arg'], values)
  if (node?.kind === 'ParamRef') {
    const bound = values?.[Number(node.fields['number']) - 1]
    if (bound === null) return { text: null }
    const isPlain = typeof bound === 'string' || typeof bound === 'number' || typeof bound === 'boolean'
    return isPlain ? { text: String(bound) } : undefined
  }
  if (node?.kind !== 'A_Const') return undefined
  const { isnull, boolval, sval, ival, fval } = node.fields
  if (isnull === true) return { text: null }
  if (boolval !== undefined) return { text: String(fieldsOf(boolval)['boolval'] === true) }
  if (sval !== undefined) return { text: textOf(fieldsOf(sval)['sval']) }
  return { text: ival === undefined ? textOf(fieldsOf(fval)['fval']) : textOf(fieldsOf(ival)['ival'] ?? 0) }
}
