import { Machine } from './machine.ts'
import { PatternParser } from './pattern-parser.ts'
import { compileProgram } from './program.ts'

/** A compiled pattern of PromQL's `=~` or `label_replace`: RE2 syntax, matched against whole texts in linear time. */
export class Pattern {
  /** Names of the capturing groups by number; 0 is the whole match. */
  readonly groupNames: readonly (string | undefined)[]
  /** Set when the pattern is nothing but text. */
  readonly #literal: string | undefined
  readonly #machine: Machine

  constructor(source: string) {
    const parser = new PatternParser(source)
    this.#machine = new Machine(compileProgram(source, parser.parse()))
    this.groupNames = parser.groupNames
    this.#literal = /^[^$\\.*+?()[\]{}|^]*$/.test(source) ? source : undefined
  }

  test(text: string): boolean {
    return this.#literal === undefined ? this.#machine.run(text, false) !== undefined : text === this.#literal
  }

  /** The whole match and the groups, or `undefined` when the text does not match. */
  match(text: string): readonly (string | undefined)[] | undefined {
    const slots = this.#machine.run(text, true)
    if (slots === undefined) return undefined
    return this.groupNames.map((_, i) => {
      if (i === 0) return text
      const from = slots[2 * i] ?? -1
      const to = slots[2 * i + 1] ?? -1
      return from === -1 || to === -1 ? undefined : text.slice(from, to)
    })
  }
}

const MAX_CACHED = 512
const cache = new Map<string, Pattern>()

/** Compiles a pattern, or finds it again. Throws an error worded like Go's `regexp/syntax`. */
export function compileRegexp(source: string): Pattern {
  const known = cache.get(source)
  if (known !== undefined) return known
  const compiled = new Pattern(source)
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(source, compiled)
  return compiled
}
