import { Machine } from './machine.ts'
import { PatternParser } from './pattern-parser.ts'
import { compileProgram } from './program.ts'
import { BoundedText, expandReplacement } from './replacement.ts'

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
      return i === 0 ? text : textBetween(text, slots[2 * i], slots[2 * i + 1])
    })
  }
}

/** A pattern as Go's `regexp` has it by itself: it matches anywhere in a text, and `.` no line feed. */
export class SearchPattern {
  readonly #machine: Machine
  readonly #groupNames: readonly (string | undefined)[]

  constructor(source: string) {
    const parser = new PatternParser(`(?-s:${source})`)
    this.#machine = new Machine(compileProgram(source, parser.parse()))
    this.#groupNames = parser.groupNames
  }

  test(text: string): boolean {
    return this.#machine.find(text, 0) !== undefined
  }

  /** As Go's `ReplaceAllString`: an empty match right after another match is left alone. */
  replaceAll(text: string, replacement: string): string {
    const out = new BoundedText()
    let copied = 0
    for (let from = 0; from <= text.length;) {
      const slots = this.#machine.find(text, from)
      const [start = 0, end = 0] = slots ?? []
      if (slots === undefined) break
      out.add(text.slice(copied, start))
      const groups = this.#groupNames.map((_, i) => textBetween(text, slots[2 * i], slots[2 * i + 1]))
      if (end > copied || start === 0) out.add(expandReplacement(replacement, groups, this.#groupNames))
      copied = end
      from = Math.max(end, from + ((text.codePointAt(from) ?? 0) > 0xff_ff ? 2 : 1))
    }
    out.add(text.slice(copied))
    return out.text
  }
}

function textBetween(text: string, from = -1, to = -1): string | undefined {
  return from === -1 || to === -1 ? undefined : text.slice(from, to)
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
