import type { Conditions } from './conditions.ts'
import type { Scope } from './scope.ts'
import type { TableUse } from './table-use.ts'

/** A join, as far as it compares. */
export interface Join {
  /** `JOIN_INNER`, `JOIN_LEFT` and their kin. */
  readonly type: unknown
  /** Columns that are equal, by USING or NATURAL. */
  readonly equal: readonly (readonly [unknown, unknown])[]
  readonly on: unknown
}

interface Pending {
  readonly join: Join
  readonly scope: Scope
  readonly optional: readonly TableUse[]
}

/**
 * Reads joins. ON of an outer join finds rows of the optional side and drops none of the other; and behind the
 * join, a column of the optional side may be NULL because no row was found. A filter that no row of NULLs meets makes it an inner join. Source: reduce_outer_joins, prepjointree.c.
 */
export class OuterJoins {
  readonly #conditions: Conditions
  #pending: Pending[] = []

  constructor(conditions: Conditions) {
    this.#conditions = conditions
  }

  addJoin(join: Join, left: readonly TableUse[], right: readonly TableUse[], scope: Scope): void {
    const optional = { JOIN_LEFT: right, JOIN_RIGHT: left, JOIN_FULL: [...left, ...right] }[String(join.type)]
    if (optional === undefined) return this.#add(join, scope)
    // ON is read first: that a column IS NULL is a condition on the rows of the optional side there.
    if (join.type !== 'JOIN_FULL') {
      this.#add(join, scope, use => optional.includes(use))
      this.#pending.push({ join, scope, optional })
    }
    for (const use of optional) use.isOptional = true
  }

  /** The filter of the rows that the joins of a query give. */
  addFilter(filter: unknown, scope: Scope): void {
    const own = this.#pending.filter(each => each.scope === scope)
    this.#pending = this.#pending.filter(each => each.scope !== scope)
    const before = new Map(own.flatMap(({ optional }) => optional.map(use => [use, countOf(use)])))
    this.#conditions.add(filter, scope)
    for (const { join, optional } of own) {
      if (!optional.some(use => countOf(use) > before.get(use)!)) continue
      for (const use of optional) use.isOptional = false
      this.#add(join, scope, use => !optional.includes(use))
    }
  }

  #add({ equal, on }: Join, scope: Scope, counts?: (use: TableUse) => boolean): void {
    for (const [a, b] of equal) this.#conditions.addEquality(a, scope, b, scope, false, counts)
    this.#conditions.add(on, scope, counts)
  }
}

/** Conditions that NULL does not meet. */
function countOf({ conditions }: TableUse): number {
  return conditions.filter(({ key }) => key !== undefined).length
}
