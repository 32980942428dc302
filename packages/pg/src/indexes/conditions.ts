import { isConfiguredSearch, keyOf, printingFor } from './keys.ts'
import { print } from './print.ts'
import { referencesOf, type Scope } from './scope.ts'
import type { Comparison, Condition, TableUse } from './table-use.ts'
import { asList, fieldsOf, nodeOf, operatorOf, type Node } from './tree.ts'

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': 'equal',
  '<': 'range',
  '>': 'range',
  '<=': 'range',
  '>=': 'range',
}
const RANGES = /range$/
/** Operators of the default classes of gin and gist, and the types for which they are: jsonb, arrays, texts to search in, ranges. */
const INVERTED: Readonly<Record<string, RegExp>> = {
  '@>': /^(?:jsonb|_)|range$/,
  '<@': /^_|range$/,
  '&&': /^_|range$/,
  '?': /^jsonb$/,
  '?|': /^jsonb$/,
  '?&': /^jsonb$/,
  '@@': /^tsvector$/,
}

/** Reads conditions into the uses of the tables that they are on. */
export class Conditions {
  /** The values that are bound, for patterns; undefined where they are not known. */
  readonly #values: readonly unknown[] | undefined

  constructor(values: readonly unknown[] | undefined) {
    this.#values = values
  }

  /** Adds a condition, or both conditions of an AND. */
  add(value: unknown, scope: Scope): void {
    const node = nodeOf(value)
    if (node?.kind === 'BoolExpr' && node.fields['boolop'] === 'AND_EXPR') {
      for (const each of asList(node.fields['args'])) this.add(each, scope)
      return
    }
    if (node?.kind === 'BoolExpr' && node.fields['boolop'] === 'OR_EXPR') this.#addAlternatives(node, value, scope)
    for (const use of usesIn(value, scope)) {
      const condition = this.#conditionOn(use, value, scope)
      if (condition) use.conditions.push(condition)
    }
  }

  /** Two expressions are equal, as in `JOIN ... USING` or `IN (SELECT ...)`. */
  addEquality(left: unknown, leftScope: Scope, right: unknown, rightScope: Scope, isRightLimited = false): void {
    const [leftUses, rightUses] = [usesIn(left, leftScope), usesIn(right, rightScope)]
    this.#addSide(left, leftScope, leftUses, rightUses)
    // The first rows of a query are not those that fit.
    if (!isRightLimited) this.#addSide(right, rightScope, rightUses, leftUses)
  }

  #addSide(value: unknown, scope: Scope, uses: ReadonlySet<TableUse>, partners: ReadonlySet<TableUse>): void {
    const [partner] = partners
    for (const use of uses) {
      const key = keyOf(value, use, scope)
      if (key)
        use.conditions.push({ comparison: 'equal', key, isJoin: true, isFixed: false, ...(partner && { partner }) })
    }
  }

  #addAlternatives(node: Node, value: unknown, scope: Scope): void {
    const arms = asList(node.fields['args'])
    for (const use of usesIn(value, scope)) {
      const conditions = arms.map(arm => this.#firstOf(arm, use, scope))
      const known = conditions.filter(each => each !== undefined)
      if (known.length < arms.length) continue
      const keys = new Set(known.map(each => each.key?.sql))
      // `a = 1 OR a = 2` is a list.
      if (keys.size === 1) use.conditions.push({ ...known[0]!, comparison: 'list', ...this.#sql(use, value, scope) })
      else use.alternatives.push(known)
    }
  }

  /** What an index serves of one arm of an OR: any of the conditions that an AND joins. */
  #firstOf(arm: unknown, use: TableUse, scope: Scope): Condition | undefined {
    const node = nodeOf(arm)
    const parts =
      node?.kind === 'BoolExpr' && node.fields['boolop'] === 'AND_EXPR' ? asList(node.fields['args']) : [arm]
    const found = parts.map(part => this.#conditionOn(use, part, scope)).filter(each => each?.key !== undefined)
    return found.find(each => each?.comparison === 'equal') ?? found[0]
  }

  #conditionOn(use: TableUse, value: unknown, scope: Scope): Condition | undefined {
    const node = nodeOf(value)
    if (node === undefined) return undefined
    const { fields } = node
    const rest = { isJoin: false, ...this.#sql(use, value, scope) }
    switch (node.kind) {
      case 'ColumnRef':
        return this.#flag(use, value, scope, rest)
      case 'NullTest':
        return this.#keyed(use, fields['arg'], scope, fields['nulltesttype'] === 'IS_NULL' ? 'equal' : 'other', rest)
      case 'BooleanTest':
        if (!/^IS_(?:TRUE|FALSE)$/.test(String(fields['booltesttype']))) return other(rest)
        return this.#flag(use, fields['arg'], scope, rest) ?? other(rest)
      case 'BoolExpr':
        if (fields['boolop'] === 'NOT_EXPR')
          return this.#flag(use, asList(fields['args'])[0], scope, rest) ?? other(rest)
        return other(rest)
      case 'A_Expr':
        return this.#comparison(use, node, scope, rest)
      default:
        return other(rest)
    }
  }

  #comparison(use: TableUse, { fields }: Node, scope: Scope, rest: Rest): Condition | undefined {
    const operator = operatorOf(fields)
    const [left, right] = [fields['lexpr'], fields['rexpr']]
    switch (fields['kind']) {
      case 'AEXPR_OP': {
        if (INVERTED[operator]) return this.#inverted(use, operator, left, right, scope, rest)
        const comparison = COMPARISONS[operator]
        if (comparison === undefined) return other(rest)
        const rows = this.#rows(use, left, right, scope, comparison, rest)
        return rows ?? this.#either(use, left, right, scope, comparison, rest)
      }
      case 'AEXPR_OP_ANY':
        return operator === '=' ? this.#oneSide(use, left, right, scope, 'list', rest) : other(rest)
      case 'AEXPR_IN':
        if (operator !== '=') return other(rest)
        return (
          this.#rows(use, left, undefined, scope, 'list', rest) ?? this.#either(use, left, right, scope, 'list', rest)
        )
      case 'AEXPR_BETWEEN':
        return this.#either(use, left, right, scope, 'range', rest)
      case 'AEXPR_LIKE':
        return operator === '~~' ? this.#pattern(use, left, right, scope, rest) : other(rest)
      case 'AEXPR_ILIKE':
        return this.#contained(use, left, scope, rest)
      case 'AEXPR_NOT_DISTINCT': {
        const key = keyOf(left, use, scope)
        if (key)
          use.hints.push(
            `no index serves IS NOT DISTINCT FROM: compare ${key.sql} of ${use.table.name} with = where the value is not NULL, and create an index on it`,
          )
        return other(rest)
      }
      default:
        return other(rest)
    }
  }

  /** One side is a key of the table, the other does not depend on it. */
  #either(
    use: TableUse,
    left: unknown,
    right: unknown,
    scope: Scope,
    comparison: Comparison,
    rest: Rest,
  ): Condition | undefined {
    const found = this.#oneSide(use, left, right, scope, comparison, rest)
    return found.key === undefined ? this.#oneSide(use, right, left, scope, comparison, rest) : found
  }

  #oneSide(use: TableUse, own: unknown, others: unknown, scope: Scope, comparison: Comparison, rest: Rest): Condition {
    const key = keyOf(own, use, scope)
    const { columns, hasUnknown } = referencesOf(others, scope)
    if (key === undefined || columns.some(reference => reference.use === use)) return other(rest)
    const partner = columns[0]?.use
    return { ...rest, comparison, key, isJoin: columns.length > 0 || hasUnknown, ...(partner && { partner }) }
  }

  /** `(a, b) < (1, 2)` is a range of a, and of b behind it; `(a, b) IN (...)` an equality of both. */
  #rows(
    use: TableUse,
    left: unknown,
    right: unknown,
    scope: Scope,
    comparison: Comparison,
    rest: Rest,
  ): Condition | undefined {
    const node = nodeOf(left)
    if (node?.kind !== 'RowExpr' || (right !== undefined && nodeOf(right)?.kind !== 'RowExpr')) return undefined
    const keys = asList(node.fields['args']).map(each => keyOf(each, use, scope))
    const known = keys.filter(key => key !== undefined)
    const [key, ...more] = known
    if (key === undefined || known.length < keys.length) return undefined
    const { columns } = referencesOf(right, scope)
    return { ...rest, comparison, key, more, isJoin: columns.length > 0 }
  }

  #flag(use: TableUse, value: unknown, scope: Scope, rest: Rest): Condition | undefined {
    const key = keyOf(value, use, scope)
    return key?.column?.type === 'bool' ? { ...rest, comparison: 'equal', key } : undefined
  }

  #keyed(use: TableUse, value: unknown, scope: Scope, comparison: Comparison, rest: Rest): Condition | undefined {
    const key = keyOf(value, use, scope)
    return key && { ...rest, comparison, key: comparison === 'other' ? undefined : key }
  }

  #inverted(
    use: TableUse,
    operator: string,
    left: unknown,
    right: unknown,
    scope: Scope,
    rest: Rest,
  ): Condition | undefined {
    for (const side of [left, right]) {
      // What makes an expression fit for an index does not depend on the kind of the index.
      const key = keyOf(side, use, scope)
      if (key === undefined || !(isSearch(side) || (key.column && INVERTED[operator]!.test(key.column.type)))) continue
      const operatorClass =
        operator === '@>' && key.column?.type === 'jsonb' ? { operatorClass: 'jsonb_path_ops' } : undefined
      const method = key.column && RANGES.test(key.column.type) ? 'gist' : 'gin'
      return { ...rest, comparison: 'contains', key: { ...key, method, ...operatorClass } }
    }
    return other(rest)
  }

  #pattern(use: TableUse, left: unknown, right: unknown, scope: Scope, rest: Rest): Condition | undefined {
    const key = keyOf(left, use, scope)
    const pattern = this.#textOf(right)
    if (key === undefined || pattern === undefined) return other(rest)
    if (!/^[^%_\\]/.test(pattern)) return this.#contained(use, left, scope, rest)
    const needsClass = key.column === undefined || !key.column.isByteSorted
    return {
      ...rest,
      comparison: 'range',
      ...rangeOf(key.sql, pattern, needsClass ? '~' : ''),
      key: needsClass
        ? { ...key, operatorClass: key.column?.type === 'bpchar' ? 'bpchar_pattern_ops' : 'text_pattern_ops' }
        : key,
    }
  }

  /** A text somewhere in the value, or in any case: three letters at a time find it, with the extension pg_trgm. */
  #contained(use: TableUse, left: unknown, scope: Scope, rest: Rest): Condition | undefined {
    const key = keyOf(left, use, scope)
    return key
      ? { ...rest, comparison: 'contains', key: { ...key, method: 'gin', operatorClass: 'gin_trgm_ops' } }
      : other(rest)
  }

  #textOf(value: unknown): string | undefined {
    const node = nodeOf(value)
    if (node?.kind === 'TypeCast') return this.#textOf(node.fields['arg'])
    const text =
      node?.kind === 'ParamRef'
        ? this.#values?.[Number(node.fields['number']) - 1]
        : fieldsOf(node?.fields['sval'])['sval']
    return typeof text === 'string' ? text : undefined
  }

  #sql(
    use: TableUse,
    value: unknown,
    scope: Scope,
  ): { isFixed: boolean; sql: (parameter: (number: number) => string) => string | undefined } {
    const { hasParameter, hasSubquery } = referencesOf(value, scope)
    return {
      isFixed: !hasParameter && !hasSubquery,
      sql: parameter => print(value, { ...printingFor(use, scope), parameter }),
    }
  }
}

/** The texts with a beginning, as an index is searched for them: up to the first text behind them. */
function rangeOf(sql: string, pattern: string, mark: string): Pick<Condition, 'searched'> {
  const beginning = /^[^%_\\]*/.exec(pattern)![0]
  const end = /[^]$/u.exec(beginning)![0]
  const last = end.codePointAt(0)!
  if (last === LAST_CHARACTER) return {}
  const next = String.fromCodePoint(last === LAST_BEFORE_SURROGATES ? FIRST_BEHIND_SURROGATES : last + 1)
  return {
    searched: value =>
      `(${sql} ${mark}>=${mark} ${value(beginning)} AND ${sql} ${mark}<${mark} ${value(beginning.slice(0, -end.length) + next)})`,
  }
}

const LAST_CHARACTER = 0x10_ff_ff
// Those in between are halves of a character.
const LAST_BEFORE_SURROGATES = 0xd7_ff
const FIRST_BEHIND_SURROGATES = 0xe0_00

/** `to_tsvector('english', body)`: with one argument its result depends on a setting. */
function isSearch(value: unknown): boolean {
  const node = nodeOf(value)
  return node?.kind === 'FuncCall' && isConfiguredSearch(node.fields)
}

type Rest = Omit<Condition, 'comparison' | 'key'>

function other(rest: Rest): Condition {
  return { ...rest, comparison: 'other', key: undefined }
}

/** The tables of the query itself: what a query within it compares with them is that query's condition. */
function usesIn(value: unknown, scope: Scope): ReadonlySet<TableUse> {
  return new Set(referencesOf(value, scope).columns.flatMap(({ use, isOuter }) => (isOuter ? [] : [use])))
}
