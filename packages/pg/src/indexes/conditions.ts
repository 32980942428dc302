import { boundText, itemsOf, truthOf } from './bound-values.ts'
import { hintAtContained, hintAtEqual } from './hints.ts'
import { isLeakproof } from './leakproof.ts'
import { containing, isContaining } from './contained.ts'
import { keyOf, printingFor } from './keys.ts'
import { print } from './print.ts'
import { referencesOf, usesIn, variantsOf, type Scope } from './scope.ts'
import { guessedShare } from './guessed-share.ts'
import { MIXED, other, type Comparison, type Condition, type Rest, type TableUse } from './table-use.ts'
import { TextConditions } from './text-conditions.ts'
import { asList, namesOf, nodeOf, operatorOf, type Node } from './tree.ts'
import { typeOf } from './value-types.ts'
import { isVolatile } from './volatile.ts'

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': 'equal',
  '<': 'range',
  '>': 'range',
  '<=': 'range',
  '>=': 'range',
}
/** The operator that is true where another one is false. Source: pg_operator.oprnegate. */
const NEGATORS: Readonly<Record<string, string>> = { '<>': '=', '<': '>=', '>': '<=', '<=': '>', '>=': '<' }
const NETWORK = /^(?:inet|cidr)$/

/** Reads conditions into the uses of the tables that they are on. */
export class Conditions {
  /** The values that are bound, for patterns; undefined where they are not known. */
  readonly #values: readonly unknown[] | undefined
  readonly #texts: TextConditions

  /** @param trigrams - the operator class for texts within texts */
  constructor(values: readonly unknown[] | undefined, trigrams?: string) {
    this.#values = values
    this.#texts = new TextConditions(values, trigrams)
  }

  /**
   * Adds a condition, or both conditions of an AND.
   *
   * @param counts - whether it narrows the rows of a table; of any, where it is not given
   */
  add(value: unknown, scope: Scope, counts: Counts = ANY): void {
    const done = new Set<TableUse>()
    for (const variant of variantsOf(scope)) {
      const uses = [...usesIn(value, variant)]
      this.#add(value, variant, use => counts(use) && !done.has(use))
      for (const use of uses) done.add(use)
    }
  }

  #add(value: unknown, scope: Scope, counts: Counts): void {
    const node = nodeOf(value)
    if (node?.kind === 'BoolExpr' && node.fields['boolop'] === 'AND_EXPR') {
      for (const each of asList(node.fields['args'])) this.#add(each, scope, counts)
      return
    }
    if (node?.kind === 'BoolExpr' && node.fields['boolop'] === 'OR_EXPR') {
      const all = asList(node.fields['args'])
      const arms = all.filter(arm => truthOf(arm, this.#values) !== false)
      if (arms.some(arm => truthOf(arm, this.#values) === true)) return
      if (arms.length < all.length)
        return this.#add(arms.length > 1 ? { BoolExpr: { ...node.fields, args: arms } } : arms[0], scope, counts)
      this.#addAlternatives(node, value, scope, counts)
    }
    for (const use of usesIn(value, scope)) {
      const condition = counts(use) ? this.#conditionOn(use, value, scope) : undefined
      if (condition) use.conditions.push(condition)
    }
  }

  /** Two expressions are equal, as in `JOIN ... USING` or `IN (SELECT ...)`. */
  addEquality(
    left: unknown,
    leftScope: Scope,
    right: unknown,
    rightScope: Scope,
    isRightLimited = false,
    counts: Counts = ANY,
  ): void {
    const [leftUses, rightUses] = [usesIn(left, leftScope), usesIn(right, rightScope)]
    for (const scope of variantsOf(leftScope)) this.#addSide(left, scope, rightUses, counts)
    // The first rows of a query are not those that fit.
    if (!isRightLimited) for (const scope of variantsOf(rightScope)) this.#addSide(right, scope, leftUses, counts)
  }

  /** A whole number that is written or bound. */
  numberOf(value: unknown): number | undefined {
    const number = Number(boundText(value, this.#values) ?? NaN)
    return Number.isInteger(number) ? number : undefined
  }

  #addSide(value: unknown, scope: Scope, partners: ReadonlySet<TableUse>, counts: Counts): void {
    const [partner] = partners
    for (const use of usesIn(value, scope)) {
      const key = counts(use) ? keyOf(value, use, scope) : undefined
      if (key && !use.conditions.some(each => each.isJoin && each.key?.sql === key.sql && each.partner === partner))
        use.conditions.push({ comparison: 'equal', key, isJoin: true, isFixed: false, ...(partner && { partner }) })
    }
  }

  #addAlternatives(node: Node, value: unknown, scope: Scope, counts: Counts): void {
    const arms = asList(node.fields['args'])
    for (const use of usesIn(value, scope)) {
      if (!counts(use)) continue
      const conditions = arms.map(arm => this.#firstOf(arm, use, scope))
      const known = conditions.filter(each => each !== undefined)
      if (known.length < arms.length) continue
      const keys = new Set(known.map(each => each.key?.sql))
      // `a = 1 OR a = 2` is a list.
      if (keys.size === 1) use.conditions.push({ ...known[0]!, comparison: 'list', ...this.#sql(use, value, scope) })
      else use.alternatives.push(known)
    }
  }

  /** What an index serves of one arm of an OR: of the conditions that an AND joins, the one that fewest rows meet. */
  #firstOf(arm: unknown, use: TableUse, scope: Scope): Condition | undefined {
    const node = nodeOf(arm)
    const parts =
      node?.kind === 'BoolExpr' && node.fields['boolop'] === 'AND_EXPR' ? asList(node.fields['args']) : [arm]
    const found = parts.map(part => this.#conditionOn(use, part, scope)).filter(each => each?.key !== undefined)
    return found.flatMap(each => each ?? []).toSorted((a, b) => guessedShare(a) - guessedShare(b))[0]
  }

  #conditionOn(use: TableUse, value: unknown, scope: Scope): Condition | undefined {
    const condition = this.#read(use, value, scope)
    if (condition === undefined) return undefined
    // A join that has found no row may meet it.
    const isOfJoin = use.isOptional && condition.key?.functions.some(({ name }) => name === MIXED)
    return isOfJoin || (use.isBarred && !isLeakproof(condition)) ? other(condition) : condition
  }

  #read(use: TableUse, value: unknown, scope: Scope): Condition | undefined {
    const node = nodeOf(value)
    if (node === undefined) return undefined
    const { fields } = node
    const rest = { isJoin: false, ...this.#sql(use, value, scope) }
    switch (node.kind) {
      case 'ColumnRef':
        return this.#flag(use, value, scope, rest)
      case 'NullTest':
        // It may be the join that has found no row.
        if (use.isOptional && fields['nulltesttype'] === 'IS_NULL') return undefined
        return this.#keyed(use, fields['arg'], scope, fields['nulltesttype'] === 'IS_NULL' ? 'equal' : 'other', rest)
      case 'BooleanTest':
        if (!/^IS_(?:TRUE|FALSE)$/.test(String(fields['booltesttype']))) return other(rest)
        return this.#flag(use, fields['arg'], scope, rest) ?? other(rest)
      case 'BoolExpr':
        return fields['boolop'] === 'NOT_EXPR'
          ? this.#negated(use, asList(fields['args'])[0], scope, rest)
          : other(rest)
      case 'A_Expr':
        return this.#comparison(use, node, scope, rest)
      case 'FuncCall': {
        const [text, beginning] = asList(fields['args'])
        if (namesOf(fields['funcname']).at(-1) !== 'starts_with') return other(rest)
        return this.#texts.beginning(use, [text, beginning], scope, rest)
      }
      default:
        return this.#flag(use, value, scope, rest) ?? other(rest)
    }
  }

  #comparison(use: TableUse, { fields }: Node, scope: Scope, rest: Rest): Condition | undefined {
    const operator = operatorOf(fields)
    const [left, right] = [fields['lexpr'], fields['rexpr']]
    const listed = { ...rest, items: itemsOf(right, this.#values) }
    switch (fields['kind']) {
      case 'AEXPR_OP': {
        if (isContaining(operator)) return containing(use, operator, [left, right], scope, rest)
        if (/^(?:<<|>>)=?$/.test(operator)) return this.#subnet(use, left, right, scope, rest)
        if (operator === '^@') return this.#texts.beginning(use, [left, right], scope, rest)
        if (operator === '~') return this.#texts.regex(use, [left, right], scope, rest)
        if (operator === '%') return this.#texts.similar(use, [left, right], scope, rest)
        if (operator === '~*') return this.#texts.iRegex(use, [left, right], scope, rest)
        const comparison = COMPARISONS[operator]
        if (comparison === undefined) return other(rest)
        const rows = this.#rows(use, left, right, scope, comparison, rest)
        return rows ?? this.#either(use, left, right, scope, comparison, rest)
      }
      case 'AEXPR_OP_ANY': {
        if (/^~~\*?$/.test(operator)) return this.#texts.anyOf(use, [left, right], scope, rest)
        if (operator !== '=') return other(rest)
        hintAtContained(use, keyOf(right, use, scope))
        return this.#oneSide(use, left, right, scope, 'list', listed)
      }
      case 'AEXPR_IN':
        if (operator !== '=') return other(rest)
        return (
          this.#rows(use, left, undefined, scope, 'list', listed) ??
          this.#either(use, left, right, scope, 'list', listed)
        )
      case 'AEXPR_BETWEEN':
      case 'AEXPR_BETWEEN_SYM':
        return this.#either(use, left, right, scope, 'range', rest)
      case 'AEXPR_LIKE':
        return operator === '~~' ? this.#texts.like(use, [left, right], scope, rest) : other(rest)
      case 'AEXPR_ILIKE':
        return operator === '~~*' ? this.#texts.iLike(use, [left, right], scope, rest) : other(rest)
      case 'AEXPR_NOT_DISTINCT':
        hintAtEqual(use, keyOf(left, use, scope))
        return other(rest)
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
    // An index has the order of one collation.
    if (nodeOf(others)?.kind === 'CollateClause' || isVolatile(others)) return other(rest)
    if (key === undefined || columns.some(reference => reference.use === use)) return other(rest)
    const partner = columns[0]?.use
    return { ...rest, comparison, key, isJoin: columns.length > 0 || hasUnknown, ...(partner && { partner }) }
  }

  /** `ip <<= '10.0.0.0/8'` is a range of addresses. Source: network_sub_support, network.c. */
  #subnet(use: TableUse, left: unknown, right: unknown, scope: Scope, rest: Rest): Condition {
    const found = this.#either(use, left, right, scope, 'range', rest)
    return found?.key?.column && NETWORK.test(found.key.column.type) && !found.isJoin ? found : other(rest)
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

  /** The planner reads `NOT (a <> 1)` as `a = 1`. Source: negate_clause, prepqual.c. */
  #negated(use: TableUse, value: unknown, scope: Scope, rest: Rest): Condition {
    const flag = this.#flag(use, value, scope, rest)
    if (flag) return flag
    const node = nodeOf(value)
    if (node?.kind !== 'A_Expr' || node.fields['kind'] !== 'AEXPR_OP') return other(rest)
    const comparison = COMPARISONS[NEGATORS[operatorOf(node.fields)] ?? '']
    if (comparison === undefined) return other(rest)
    return this.#either(use, node.fields['lexpr'], node.fields['rexpr'], scope, comparison, rest) ?? other(rest)
  }

  #flag(use: TableUse, value: unknown, scope: Scope, rest: Rest): Condition | undefined {
    const key = keyOf(value, use, scope)
    return key && typeOf(value, scope) === 'bool' ? { ...rest, comparison: 'equal', key } : undefined
  }

  #keyed(use: TableUse, value: unknown, scope: Scope, comparison: Comparison, rest: Rest): Condition | undefined {
    const key = keyOf(value, use, scope)
    return key && { ...rest, comparison, key: comparison === 'other' ? undefined : key }
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

/** Whether a condition narrows the rows of a table. */
type Counts = (use: TableUse) => boolean

const ANY: Counts = () => true
