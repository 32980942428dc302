import { CharacterSet, except, PERL_CLASSES, POSIX_CLASSES, type CharacterPart } from './character-set.ts'
import { PatternProblem } from './syntax.ts'

/** A part and where the text after it begins. */
export interface Read<T> {
  readonly value: T
  readonly end: number
}

const ESCAPED_CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 }

/** `\d`, `\pL`, `\p{^Greek}` and their negations at `at`, or `undefined`. */
export function readNamedClass(pattern: string, at: number): Read<readonly CharacterPart[]> | undefined {
  const letter = pattern[at + 1] ?? ''
  const perl = PERL_CLASSES.get(letter.toLowerCase())
  if (perl !== undefined) return { value: letter === letter.toLowerCase() ? perl : [except(perl)], end: at + 2 }
  if (letter !== 'p' && letter !== 'P') return undefined
  const property = /^\\[pP](?:\{(\^?)(\w+)\}|(\w))/.exec(pattern.slice(at, at + 64))
  if (property === null) throw new PatternProblem('invalid character class range', pattern.slice(at, at + 2))
  const test = unicodeTest(property[2] ?? property[3] ?? '', property[0])
  const negated = (letter === 'P') !== (property[1] === '^')
  return { value: [code => test(code) !== negated], end: at + property[0].length }
}

function unicodeTest(name: string, culprit: string): (code: number) => boolean {
  if (name === 'Any') return () => true
  try {
    const tester = new RegExp(`^\\p{${name.length > 2 ? `Script=${name}` : name}}$`, 'u')
    return code => tester.test(String.fromCodePoint(code))
  } catch {
    throw new PatternProblem('invalid character class range', culprit)
  }
}

/** The one character that an escape at `at` stands for. */
export function readEscape(pattern: string, at: number): Read<number> {
  const rest = pattern.slice(at, at + 16)
  const letter = rest[1]
  if (letter === undefined) throw new PatternProblem('trailing backslash at end of expression', '')
  const control = Object.hasOwn(ESCAPED_CONTROL, letter) ? ESCAPED_CONTROL[letter] : undefined
  if (control !== undefined) return { value: control, end: at + 2 }
  const hex = /^\\x(?:\{([\da-f]+)\}|([\da-f]{2}))/i.exec(rest)
  if (hex !== null) {
    const value = Number.parseInt(hex[1] ?? hex[2] ?? '', 16)
    if (value <= 0x10_ff_ff) return { value, end: at + hex[0].length }
  }
  // A single digit would be a back reference, which RE2 refuses.
  const octal = /^\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest)
  if (octal !== null) return { value: Number.parseInt(octal[1] ?? '', 8), end: at + octal[0].length }
  if (/[A-Za-z\d]/.test(letter)) throw new PatternProblem('invalid escape sequence', `\\${letter}`)
  const value = pattern.codePointAt(at + 1) ?? 0
  return { value, end: at + 1 + String.fromCodePoint(value).length }
}

/** A class in brackets; `at` is its opening bracket. */
export function readClass(pattern: string, at: number, ignoreCase: boolean): Read<CharacterSet> {
  const negated = pattern[at + 1] === '^'
  const parts: CharacterPart[] = []
  let next = at + (negated ? 2 : 1)
  for (let first = true; first || pattern[next] !== ']'; first = false) {
    if (next >= pattern.length) throw new PatternProblem('missing closing ]', `${pattern.slice(at)})$`)
    const named = readGroupInClass(pattern, next)
    if (named !== undefined) {
      parts.push(...named.value)
      next = named.end
      continue
    }
    const low = readClassCharacter(pattern, next)
    next = low.end
    let high = low
    if (pattern[next] === '-' && next + 1 < pattern.length && pattern[next + 1] !== ']') {
      high = readClassCharacter(pattern, next + 1)
      next = high.end
    }
    if (high.value < low.value)
      throw new PatternProblem('invalid character class range', pattern.slice(low.end - 1, high.end))
    parts.push([low.value, high.value])
  }
  return { value: new CharacterSet(parts, { negated, ignoreCase }), end: next + 1 }
}

function readGroupInClass(pattern: string, at: number): Read<readonly CharacterPart[]> | undefined {
  if (pattern[at] === '\\') return readNamedClass(pattern, at)
  const posix = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(at, at + 16))
  if (posix === null) return undefined
  const parts = POSIX_CLASSES.get(posix[2] ?? '')
  if (parts === undefined) throw new PatternProblem('invalid character class range', posix[0])
  return { value: posix[1] === '^' ? [except(parts)] : parts, end: at + posix[0].length }
}

function readClassCharacter(pattern: string, at: number): Read<number> {
  if (pattern[at] === '\\') return readEscape(pattern, at)
  const value = pattern.codePointAt(at) ?? 0
  return { value, end: at + String.fromCodePoint(value).length }
}
