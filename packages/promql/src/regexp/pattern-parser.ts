import { CharacterSet, type CharacterPart } from './character-set.ts'
import { readClass, readEscape, readNamedClass } from './class-parser.ts'
import { PatternProblem, type Assertion, type PatternNode } from './syntax.ts'

interface Flags {
  readonly ignoreCase: boolean
  readonly dotAll: boolean
  readonly multiline: boolean
  readonly ungreedy: boolean
}

const FLAGS: Readonly<Record<string, keyof Flags>> = { i: 'ignoreCase', s: 'dotAll', m: 'multiline', U: 'ungreedy' }
const MAX_NESTING = 200
/** RE2's limit on a counted repetition. */
const MAX_REPEAT = 1000
const EMPTY: PatternNode = { kind: 'sequence', parts: [] }
const NEWLINE: readonly CharacterPart[] = [[10, 10]]

/**
 * Parses RE2 syntax (https://github.com/google/re2/wiki/Syntax) as Prometheus uses it: `.` matches newlines. What RE2
 * refuses (look-around, back references) is refused too.
 */
export class PatternParser {
  readonly #pattern: string
  #flags: Flags = { ignoreCase: false, dotAll: true, multiline: false, ungreedy: false }
  #at = 0
  #depth = 0
  /** Names of the capturing groups by number; 0 is the whole match. */
  readonly groupNames: (string | undefined)[] = [undefined]

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  parse(): PatternNode {
    const node = this.#choice()
    if (this.#at < this.#pattern.length) throw new PatternProblem('unexpected )', `^(?s:${this.#pattern})$`)
    return node
  }

  #choice(): PatternNode {
    this.#depth += 1
    if (this.#depth > MAX_NESTING) throw new PatternProblem('expression nests too deeply', this.#pattern.slice(0, 64))
    const options = [this.#sequence()]
    while (this.#pattern[this.#at] === '|') {
      this.#at += 1
      options.push(this.#sequence())
    }
    this.#depth -= 1
    return options.length === 1 ? (options[0] ?? EMPTY) : { kind: 'choice', options }
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = []
    for (;;) {
      const character = this.#pattern[this.#at]
      if (character === undefined || character === '|' || character === ')') break
      const from = this.#at
      const atoms = this.#atoms()
      const last = atoms.pop()
      parts.push(...atoms)
      if (last !== undefined) parts.push(this.#repeated(last))
      else if (this.#repetition() !== undefined)
        throw new PatternProblem('missing argument to repetition operator', this.#pattern.slice(from, from + 16))
    }
    return parts.length === 1 ? (parts[0] ?? EMPTY) : { kind: 'sequence', parts }
  }

  #repeated(body: PatternNode): PatternNode {
    const from = this.#at
    const repetition = this.#repetition()
    if (repetition === undefined) return body
    const lazy = this.#pattern[this.#at] === '?'
    if (lazy) this.#at += 1
    const { min, max } = repetition
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Infinity) || max < min)
      throw new PatternProblem('invalid repeat count', this.#pattern.slice(from, this.#at))
    const node: PatternNode = { kind: 'repeat', body, min, max, greedy: lazy === this.#flags.ungreedy }
    if (this.#repetition() !== undefined)
      throw new PatternProblem('invalid nested repetition operator', this.#pattern.slice(from, this.#at))
    return node
  }

  #repetition(): { min: number; max: number } | undefined {
    const sign = this.#pattern[this.#at]
    if (sign === '*' || sign === '+' || sign === '?') {
      this.#at += 1
      return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity }
    }
    const counted = sign === '{' ? /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#pattern.slice(this.#at, this.#at + 32)) : null
    if (counted === null) return undefined
    this.#at += counted[0].length
    const min = Number(counted[1])
    const open = counted[2] !== undefined && counted[3] === ''
    return { min, max: open ? Infinity : counted[3] === undefined ? min : Number(counted[3]) }
  }

  /** What stands at the present place: mostly one node, none for `(?i)`, several for `\Q...\E`. */
  #atoms(): PatternNode[] {
    const character = this.#pattern[this.#at] ?? ''
    switch (character) {
      case '(':
        return this.#group()
      case '[': {
        const { value, end } = readClass(this.#pattern, this.#at, this.#flags.ignoreCase)
        this.#at = end
        return [{ kind: 'set', set: value }]
      }
      case '\\':
        return this.#escape()
      case '.':
        this.#at += 1
        return [{ kind: 'set', set: new CharacterSet(this.#flags.dotAll ? [] : NEWLINE, { negated: true }) }]
      case '^':
        return this.#assert(1, this.#flags.multiline ? 'line-start' : 'text-start')
      case '$':
        return this.#assert(1, this.#flags.multiline ? 'line-end' : 'text-end')
      case '*':
      case '+':
      case '?':
        throw new PatternProblem('missing argument to repetition operator', character)
      default: {
        if (character === '{' && this.#repetition() !== undefined)
          throw new PatternProblem('missing argument to repetition operator', character)
        const code = this.#pattern.codePointAt(this.#at) ?? 0
        this.#at += String.fromCodePoint(code).length
        return [this.#literal(code)]
      }
    }
  }

  #assert(length: number, assertion: Assertion): PatternNode[] {
    this.#at += length
    return [{ kind: 'assertion', assertion }]
  }

  #literal(code: number): PatternNode {
    return { kind: 'set', set: new CharacterSet([[code, code]], { ignoreCase: this.#flags.ignoreCase }) }
  }

  #escape(): PatternNode[] {
    const letter = this.#pattern[this.#at + 1]
    if (letter === 'A') return this.#assert(2, 'text-start')
    if (letter === 'z') return this.#assert(2, 'text-end')
    if (letter === 'b') return this.#assert(2, 'word')
    if (letter === 'B') return this.#assert(2, 'not-word')
    if (letter === 'Q') return this.#quoted()
    const { ignoreCase } = this.#flags
    const named = readNamedClass(this.#pattern, this.#at)
    const read = named ?? readEscape(this.#pattern, this.#at)
    this.#at = read.end
    if (named !== undefined) return [{ kind: 'set', set: new CharacterSet(named.value, { ignoreCase }) }]
    return typeof read.value === 'number' ? [this.#literal(read.value)] : []
  }

  #quoted(): PatternNode[] {
    const end = this.#pattern.indexOf(String.raw`\E`, this.#at)
    const text = this.#pattern.slice(this.#at + 2, end === -1 ? undefined : end)
    this.#at = end === -1 ? this.#pattern.length : end + 2
    return Array.from(text, character => this.#literal(character.codePointAt(0) ?? 0))
  }

  #group(): PatternNode[] {
    const rest = this.#pattern.slice(this.#at, this.#at + 128)
    const outer = this.#flags
    if (!rest.startsWith('(?')) {
      this.#at += 1
      return [this.#captured(undefined, outer)]
    }
    const named = /^\(\?P?<(\w+)>/.exec(rest)
    if (named !== null) {
      this.#at += named[0].length
      return [this.#captured(named[1], outer)]
    }
    const flags = /^\(\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest)
    if (flags === null) throw new PatternProblem('invalid or unsupported Perl syntax', rest.slice(0, 3))
    this.#at += flags[0].length
    this.#flags = withFlags(withFlags(outer, flags[1] ?? '', true), flags[2] ?? '', false)
    // `(?i)` changes the rest of the group it stands in.
    if (flags[3] === ')') return []
    return [this.#closed(outer)]
  }

  #captured(name: string | undefined, outer: Flags): PatternNode {
    const index = this.groupNames.push(name) - 1
    return { kind: 'group', index, body: this.#closed(outer) }
  }

  #closed(outer: Flags): PatternNode {
    const body = this.#choice()
    if (this.#pattern[this.#at] !== ')') throw new PatternProblem('missing closing )', `^(?s:${this.#pattern})$`)
    this.#at += 1
    this.#flags = outer
    return body
  }
}

function withFlags(flags: Flags, letters: string, on: boolean): Flags {
  const changed = { ...flags }
  for (const letter of letters) {
    const flag = FLAGS[letter]
    if (flag !== undefined) changed[flag] = on
  }
  return changed
}
