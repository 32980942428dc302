import type { RE2JS } from 're2js'
import { checkGroups, compileRe2, type Re2Program } from './re2-program.ts'
import { BoundedText, expandReplacement } from './replacement.ts'
import { re2js } from './re2js-module.ts'
import { simpleTest } from './simple-pattern.ts'

/** A compiled pattern of PromQL's `=~` or `label_replace`: RE2 syntax, matched against whole texts in linear time. */
export interface Pattern {
  /** Names of the capturing groups by number; 0 is the whole match. */
  readonly groupNames: readonly (string | undefined)[]
  test(text: string): boolean
  /** The whole match and the groups, or `undefined` when the text does not match. */
  match(text: string): readonly (string | undefined)[] | undefined
  /** @throws {@link PatternProblem} when {@link match} would need too much memory. */
  checkGroups(): void
}

/** A pattern that needs no automaton, and so has no groups. */
class SimplePattern implements Pattern {
  readonly groupNames = [undefined]
  readonly test: (text: string) => boolean

  constructor(test: (text: string) => boolean) {
    this.test = test
  }

  match(text: string): readonly string[] | undefined {
    return this.test(text) ? [text] : undefined
  }

  checkGroups(): void {}
}

/** Every other pattern; `.` matches line feeds too. */
class Re2Pattern implements Pattern {
  readonly #program: Re2Program

  constructor(source: string) {
    this.#program = compileRe2(source, re2js().RE2JS.DOTALL)
  }

  get groupNames(): readonly (string | undefined)[] {
    return this.#program.groupNames
  }

  test(text: string): boolean {
    return this.#program.regexp.testExact(text)
  }

  match(text: string): readonly (string | undefined)[] | undefined {
    const matcher = this.#program.regexp.matcher(text)
    return matcher.matches() ? groupsOf(matcher, this.groupNames.length) : undefined
  }

  checkGroups(): void {
    checkGroups(this.#program)
  }
}

/** A pattern as Go's `regexp` has it by itself: it matches anywhere in a text, and `.` no line feed. */
class SearchPattern {
  readonly #program: Re2Program

  constructor(source: string) {
    this.#program = compileRe2(source, 0)
    checkGroups(this.#program)
  }

  test(text: string): boolean {
    return this.#program.regexp.test(text)
  }

  /** As Go's `ReplaceAllString`: an empty match right after another match is left alone. */
  replaceAll(text: string, replacement: string): string {
    const { regexp, groupNames } = this.#program
    const out = new BoundedText()
    const matcher = regexp.matcher(text)
    let copied = 0
    while (matcher.find()) {
      const start = matcher.start()
      const end = matcher.end()
      out.add(text.slice(copied, start))
      if (end > copied || start === 0)
        out.add(expandReplacement(replacement, groupsOf(matcher, groupNames.length), groupNames))
      copied = end
    }
    out.add(text.slice(copied))
    return out.text
  }
}

function groupsOf(matcher: ReturnType<RE2JS['matcher']>, count: number): (string | undefined)[] {
  return Array.from({ length: count }, (_, i) => matcher.group(i) ?? undefined)
}

const MAX_CACHED = 512

/** Remembers compiled patterns, and forgets all of them when there are too many. */
function remembering<T>(compile: (source: string) => T): (source: string) => T {
  const cache = new Map<string, T>()
  return source => {
    let compiled = cache.get(source)
    if (compiled === undefined) {
      compiled = compile(source)
      if (cache.size >= MAX_CACHED) cache.clear()
      cache.set(source, compiled)
    }
    return compiled
  }
}

/**
 * Compiles a pattern that is matched against whole texts, or finds it again.
 *
 * @throws {@link PatternProblem} if Go refuses the pattern, or if it would need too much time or memory.
 */
export const compileRegexp: (source: string) => Pattern = remembering((source): Pattern => {
  const test = simpleTest(source)
  return test === undefined ? new Re2Pattern(source) : new SimplePattern(test)
})

/**
 * Compiles a pattern that is searched for in texts, or finds it again.
 *
 * @throws {@link PatternProblem} as {@link compileRegexp}.
 */
export const compileSearch: (source: string) => SearchPattern = remembering(source => new SearchPattern(source))
