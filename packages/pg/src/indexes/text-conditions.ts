import { boundText } from './bound-values.ts'
import { keyOf } from './keys.ts'
import type { Scope } from './scope.ts'
import { other, type Condition, type Rest, type TableUse } from './table-use.ts'
import { patternOfBeginning, patternOfRegex, rangeOf } from './text-patterns.ts'

/** A text of the table, and what it is compared with. */
type Sides = readonly [unknown, unknown]

/** A pattern that has no beginning. */
const ANYWHERE = '%'

/** Conditions on the beginning of texts, and on what they contain. */
export class TextConditions {
  readonly #values: readonly unknown[] | undefined

  constructor(values: readonly unknown[] | undefined) {
    this.#values = values
  }

  like(use: TableUse, [own, pattern]: Sides, scope: Scope, rest: Rest): Condition {
    return matched(use, own, boundText(pattern, this.#values), scope, rest)
  }

  regex(use: TableUse, [own, right]: Sides, scope: Scope, rest: Rest): Condition {
    const regex = boundText(right, this.#values)
    return matched(use, own, regex && (patternOfRegex(regex) ?? ANYWHERE), scope, rest)
  }

  /** `starts_with(a, 'x')` and `a ^@ 'x'`. */
  beginning(use: TableUse, [own, right]: Sides, scope: Scope, rest: Rest): Condition {
    const text = boundText(right, this.#values)
    return matched(use, own, text && patternOfBeginning(text), scope, rest)
  }
}

function matched(use: TableUse, own: unknown, pattern: string | undefined, scope: Scope, rest: Rest): Condition {
  const key = keyOf(own, use, scope)
  if (key === undefined || !pattern) return other(rest)
  if (!/^[^%_\\]/.test(pattern)) return contained(use, own, scope, rest)
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
export function contained(use: TableUse, own: unknown, scope: Scope, rest: Rest): Condition {
  const key = keyOf(own, use, scope)
  return key
    ? { ...rest, comparison: 'contains', key: { ...key, method: 'gin', operatorClass: 'gin_trgm_ops' } }
    : other(rest)
}
