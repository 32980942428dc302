import { boundText, boundTexts } from './bound-values.ts'
import { keyOf } from './keys.ts'
import type { Scope } from './scope.ts'
import { other, type Condition, type Key, type Rest, type TableUse } from './table-use.ts'
import { patternOfBeginning, patternOfRegex, rangeOf } from './text-patterns.ts'
import { runsOfPattern, runsOfRegex } from './trigrams.ts'
import { typeOf } from './value-types.ts'

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

  /** `LIKE ANY` and `ILIKE ANY`: each pattern is searched by itself. */
  anyOf(use: TableUse, [own, right]: Sides, scope: Scope, rest: Rest): Condition {
    const patterns = boundTexts(right, this.#values) ?? []
    const all = patterns.map(pattern => this.#contained(use, own, runsOfPattern(pattern), scope, rest))
    if (all.length === 0 || all.some(each => each.searched === undefined)) return other(rest)
    return { ...all[0]!, searched: value => `(${all.map(each => `(${each.searched!(value)})`).join(' OR ')})` }
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
    const key = this.#trigramKeyOf(own, use, scope)
    if (key === undefined) return other(rest)
    return { ...rest, comparison: 'contains', key }
  }

  /** A text somewhere in the value, or in any case: three letters at a time find it, with the extension pg_trgm. */
  #contained(use: TableUse, own: unknown, runs: readonly string[], scope: Scope, rest: Rest): Condition {
    const key = runs.length > 0 ? this.#trigramKeyOf(own, use, scope) : undefined
    if (key === undefined) return other(rest)
    return {
      ...rest,
      comparison: 'contains',
      searched: value => runs.map(run => `(${key.sql} ILIKE ${value(`%${run}%`)})`).join(' AND '),
      key,
    }
  }

  /** The class takes no text that is filled up with spaces. */
  #trigramKeyOf(own: unknown, use: TableUse, scope: Scope): Key | undefined {
    const key = typeOf(own, scope) === PADDED ? undefined : textKeyOf(own, use, scope)
    return key && this.#trigrams !== undefined ? { ...key, method: 'gin', operatorClass: this.#trigrams } : undefined
  }
}

function matched(use: TableUse, own: unknown, pattern: string | undefined, scope: Scope, rest: Rest): Condition {
  const key = textKeyOf(own, use, scope)
  if (key === undefined || !pattern || !/^[^%_\\]/.test(pattern)) return other(rest)
  const needsClass = key.column === undefined || !key.column.isByteSorted
  const isPadded = typeOf(own, scope) === PADDED
  return {
    ...rest,
    comparison: 'range',
    ...rangeOf(key.sql, pattern, needsClass ? '~' : ''),
    key: needsClass ? { ...key, operatorClass: isPadded ? 'bpchar_pattern_ops' : 'text_pattern_ops' } : key,
  }
}

const PADDED = 'bpchar'
/** Other types are compared with patterns by operators of their own, or by none. */
const TEXT = /^(?:text|varchar|bpchar)$/

function textKeyOf(own: unknown, use: TableUse, scope: Scope): Key | undefined {
  const key = keyOf(own, use, scope)
  const type = typeOf(own, scope)
  // If the type is not known, the expression calls a function, which returns a text for LIKE to be possible.
  const isText = type ? TEXT.test(type) : key?.functions.length || key?.columns.every(each => TEXT.test(each.type))
  return isText ? key : undefined
}
