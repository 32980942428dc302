import type { CharacterSet } from './character-set.ts'

/** What must hold between two characters. */
export type Assertion = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word' | 'not-word'

/** A parsed pattern. */
export type PatternNode =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'group'; readonly index: number; readonly body: PatternNode }
  | {
      readonly kind: 'repeat'
      readonly body: PatternNode
      readonly min: number
      /** `Infinity` when open. */
      readonly max: number
      readonly greedy: boolean
    }

/** A pattern that RE2 does not know either; worded like Go's `regexp/syntax`. */
export class PatternProblem extends Error {
  override readonly name = 'PatternProblem'
  readonly code = 'HOMEOSTAT_PROMQL_PATTERN'

  constructor(reason: string, culprit: string) {
    super(`error parsing regexp: ${reason}: \`${culprit}\``)
  }
}
