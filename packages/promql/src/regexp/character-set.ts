/** One part of a character set: an inclusive range of code points, or a test. */
export type CharacterPart = readonly [low: number, high: number] | ((code: number) => boolean)

/** A set of characters; ASCII is answered from a table. */
export class CharacterSet {
  readonly #parts: readonly CharacterPart[]
  readonly #negated: boolean
  readonly #ignoreCase: boolean
  readonly #ascii = new Uint8Array(128)

  constructor(parts: readonly CharacterPart[], options: { negated?: boolean; ignoreCase?: boolean } = {}) {
    this.#parts = parts
    this.#negated = options.negated ?? false
    this.#ignoreCase = options.ignoreCase ?? false
    for (let code = 0; code < 128; code++) this.#ascii[code] = this.#contains(code) ? 1 : 0
  }

  has(code: number): boolean {
    return code < 128 ? this.#ascii[code] === 1 : this.#contains(code)
  }

  #contains(code: number): boolean {
    return this.#negated !== (this.#listed(code) || (this.#ignoreCase && this.#otherCaseListed(code)))
  }

  #otherCaseListed(code: number): boolean {
    const text = String.fromCodePoint(code)
    return [text.toLowerCase(), text.toUpperCase()].some(form => {
      const other = form.codePointAt(0) ?? code
      // `ß` in capitals is two letters, which is no case of one character.
      return form.length === String.fromCodePoint(other).length && this.#listed(other)
    })
  }

  #listed(code: number): boolean {
    return this.#parts.some(part => (typeof part === 'function' ? part(code) : code >= part[0] && code <= part[1]))
  }
}

/** What is not in the parts, as one part. */
export function except(parts: readonly CharacterPart[]): CharacterPart {
  const inner = new CharacterSet(parts)
  return code => !inner.has(code)
}

const DIGIT: readonly CharacterPart[] = [[48, 57]]
const LOWER: readonly CharacterPart[] = [[97, 122]]
const UPPER: readonly CharacterPart[] = [[65, 90]]
const WORD: readonly CharacterPart[] = [...DIGIT, ...LOWER, ...UPPER, [95, 95]]
// RE2's `\s` has no vertical tab.
const SPACE: readonly CharacterPart[] = [
  [9, 10],
  [12, 13],
  [32, 32],
]

/** `\d`, `\w`, `\s`: ASCII only, as in RE2. */
export const PERL_CLASSES: ReadonlyMap<string, readonly CharacterPart[]> = new Map([
  ['d', DIGIT],
  ['w', WORD],
  ['s', SPACE],
])

/** `[:alpha:]` and its like. */
export const POSIX_CLASSES: ReadonlyMap<string, readonly CharacterPart[]> = new Map<string, readonly CharacterPart[]>([
  ['alnum', [...DIGIT, ...LOWER, ...UPPER]],
  ['alpha', [...LOWER, ...UPPER]],
  ['ascii', [[0, 127]]],
  [
    'blank',
    [
      [9, 9],
      [32, 32],
    ],
  ],
  [
    'cntrl',
    [
      [0, 31],
      [127, 127],
    ],
  ],
  ['digit', DIGIT],
  ['graph', [[33, 126]]],
  ['lower', LOWER],
  ['print', [[32, 126]]],
  [
    'punct',
    [
      [33, 47],
      [58, 64],
      [91, 96],
      [123, 126],
    ],
  ],
  [
    'space',
    [
      [9, 13],
      [32, 32],
    ],
  ],
  ['upper', UPPER],
  ['word', WORD],
  ['xdigit', [...DIGIT, [65, 70], [97, 102]]],
])
