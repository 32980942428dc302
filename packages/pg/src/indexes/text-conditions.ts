import { boundText } from './bound-values.ts'
import { keyOf } from './keys.ts'
import type { Scope } from './scope.ts'
import { other, type Condition, type Key, type Rest, type TableUse } from './table-use.ts'
import { patternOfBeginning, patternOfRegex, rangeOf } from './text-patterns.ts'
import { runsOfPattern, runsOfRegex } from './trigrams.ts'

/** A text of the table, and what it is compared with. */
type Sides = readonly [unknown, unknown]

/** Conditions on the beginning of texts, and on what they contain. */
export class TextConditions {
  readonly #values: readonly unknown[] | undefined
  readonly #trigrams: string | undefined

  /** @param trigrams - the operator class for texts within texts */
  constructor(values: readonly unknown[] | undefined, trigrams: string | undefined) {
    this.#values = values
    this.#trigrams = trigrams
  }

  like(use: TableUse, [own, right]: Sides, scope: Scope, rest: Rest): Condition {
    const pattern = boundText(right, this.#values) ?? ''
    if (/^[^%_\\]/.test(pattern)) return matched(use, own, pattern, scope, rest)
    return this.iLike(use, [own, right], scope, rest)
  }

  /** In any case. */
  iLike(use: TableUse, [own, right]: Sides, scope: Scope, rest: Rest): Condition {
    return this.#contained(use, own, runsOfPattern(boundText(right, this.#values, true) ?? ''), scope, rest)
  }

  regex(use: TableUse, [own, right]: Sides, scope: Scope, rest: Rest): Condition {
    const regex = boundText(right, this.#values) ?? ''
    const pattern = patternOfRegex(regex)
    return pattern
      ? matched(use, own, pattern, scope, rest)
      : this.#contained(use, own, runsOfRegex(regex), scope, rest)
  }

  /** In any case. */
  iRegex(use: TableUse, [own, right]: Sides, scope: Scope, rest: Rest): Condition {
    return this.#contained(use, own, runsOfRegex(boundText(right, this.#values, true) ?? ''), scope, rest)
  }

  /** `starts_with(a, 'x')` and `a ^@ 'x'`. */
  beginning(use: TableUse, [own, right]: Sides, scope: Scope, rest: Rest): Condition {
    const text = boundText(right, this.#values)
    return matched(use, own, text && patternOfBeginning(text), scope, rest)
  }

  /** Texts with many of the same three letters: `a % 'x'`, of pg_trgm. */
  similar(use: TableUse, [own]: Sides, scope: Scope, rest: Rest): Condition {
    const key = textKeyOf(own, use, scope)
    if (key === undefined || this.#trigrams === undefined) return other(rest)
    return { ...rest, comparison: 'contains', key: { ...key, method: 'gin', operatorClass: this.#trigrams } }
  }

  /** A text somewhere in the value, or in any case: three letters at a time find it, with the extension pg_trgm. */
  #contained(use: TableUse, own: unknown, runs: readonly string[], scope: Scope, rest: Rest): Condition {
    const key = textKeyOf(own, use, scope)
    if (key === undefined || runs.length === 0 || this.#trigrams === undefined) return other(rest)
    return {
      ...rest,
      comparison: 'contains',
      searched: value => runs.map(run => `(${key.sql} ILIKE ${value(`%${run}%`)})`).join(' AND '),
      key: { ...key, method: 'gin', operatorClass: this.#trigrams },
    }
  }
}

function matched(use: TableUse, own: unknown, pattern: string | undefined, scope: Scope, rest: Rest): Condition {
  const key = textKeyOf(own, use, scope)
  if (key === undefined || !pattern || !/^[^%_\\]/.test(pattern)) return other(rest)
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

/** Types that are compared with patterns by operators of their own, which no index serves. */
const OTHER_TEXTS = /^(?:citext|bytea|name)$/

function textKeyOf(own: unknown, use: TableUse, scope: Scope): Key | undefined {
  const key = keyOf(own, use, scope)
  // A function makes a text of it.
  const isText = key?.functions.length || !key?.columns.some(({ type }) => OTHER_TEXTS.test(type))
  return isText ? key : undefined
}
