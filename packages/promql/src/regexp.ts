/**
 * RE2 patterns (the syntax of PromQL's `=~`, https://github.com/google/re2/wiki/Syntax) as JavaScript regular
 * expressions, fully anchored and with `.` matching newlines, as Prometheus compiles them. Inline flags are expanded here
 * because Node 22 does not know `(?i:...)`. What RE2 refuses (look-around, back references) is refused too.
 */

const POSIX: Readonly<Record<string, string>> = {
  alnum: String.raw`0-9A-Za-z`,
  alpha: 'A-Za-z',
  ascii: String.raw`\x00-\x7F`,
  blank: String.raw`\t\x20`,
  cntrl: String.raw`\x00-\x1F\x7F`,
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: String.raw`\x20-~`,
  punct: String.raw`!-\/:-@\[-${'`'}\{-~`,
  space: String.raw`\t\n\v\f\r\x20`,
  upper: 'A-Z',
  word: String.raw`0-9A-Za-z_`,
  xdigit: '0-9A-Fa-f',
}

interface Flags {
  ignoreCase: boolean
  dotAll: boolean
  multiline: boolean
  ungreedy: boolean
}

const SYNTAX_CHARACTERS = /[\^$\\.*+?()[\]{}|/]/
const MAX_CACHED = 512
const cache = new Map<string, RegExp>()

/** Compiles a PromQL pattern; throws an `Error` worded like Go's `regexp/syntax`. */
export function compileRegexp(pattern: string): RegExp {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  let compiled: RegExp
  try {
    compiled = new RegExp(`^(?:${new Translation(pattern).run()})$`, 'u')
  } catch (error) {
    if (error instanceof RangeError) throw error
    const reason =
      error instanceof Error ? error.message.replace(/^Invalid regular expression: .*?: /, '') : String(error)
    throw new Error(`error parsing regexp: ${reason}: ${JSON.stringify(pattern)}`, { cause: error })
  }
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(pattern, compiled)
  return compiled
}

class Translation {
  readonly #pattern: string
  readonly #scopes: Flags[] = []
  #flags: Flags = { ignoreCase: false, dotAll: true, multiline: false, ungreedy: false }
  #at = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  run(): string {
    let out = ''
    while (this.#at < this.#pattern.length) out += this.#next()
    if (this.#scopes.length > 0) throw new Error('missing closing )')
    return out
  }

  #take(length = 1): string {
    const text = this.#pattern.slice(this.#at, this.#at + length)
    this.#at += length
    return text
  }

  #next(): string {
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0)
    this.#take(character.length)
    switch (character) {
      case '\\':
        return this.#escape(false)
      case '[':
        return this.#characterClass()
      case '(':
        return this.#group()
      case ')': {
        const outer = this.#scopes.pop()
        if (outer === undefined) throw new Error('unexpected )')
        this.#flags = outer
        return ')'
      }
      case '.':
        return this.#flags.dotAll ? String.raw`[\s\S]` : String.raw`[^\n]`
      case '^':
        return this.#flags.multiline ? String.raw`(?<![^\n])` : String.raw`(?<![\s\S])`
      case '$':
        return this.#flags.multiline ? String.raw`(?![^\n])` : String.raw`(?![\s\S])`
      case '{': {
        const repeat = /^\d+(?:,\d*)?\}/.exec(this.#pattern.slice(this.#at))
        return repeat === null ? String.raw`\{` : character + this.#take(repeat[0].length) + this.#lazy()
      }
      case '*':
      case '+':
      case '?':
        return character + this.#lazy()
      case '|':
        return character
      default:
        return this.#literal(character)
    }
  }

  #lazy(): string {
    const lazy = this.#pattern[this.#at] === '?'
    if (lazy) this.#take()
    return lazy === this.#flags.ungreedy ? '' : '?'
  }

  #literal(character: string): string {
    const escaped = SYNTAX_CHARACTERS.test(character) ? `\\${character}` : character
    if (!this.#flags.ignoreCase) return escaped
    const forms = new Set(
      [character, character.toLowerCase(), character.toUpperCase()].filter(form => form.length === character.length),
    )
    return forms.size === 1 ? escaped : `[${[...forms].join('')}]`
  }

  #group(): string {
    this.#scopes.push({ ...this.#flags })
    const rest = this.#pattern.slice(this.#at)
    if (!rest.startsWith('?')) return '('
    const named = /^\?P?<(\w+)>/.exec(rest)
    if (named !== null) {
      this.#take(named[0].length)
      return '('
    }
    const flags = /^\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest)
    if (flags === null) throw new Error(`invalid or unsupported Perl syntax: \`(${rest.slice(0, 2)}\``)
    this.#take(flags[0].length)
    const scoped = flags[3] === ':'
    // `(?i)` changes the group around it, so the scope just pushed belongs to nobody.
    if (!scoped) this.#scopes.pop()
    this.#flags = { ...this.#flags }
    for (const flag of flags[1] ?? '') this.#set(flag, true)
    for (const flag of flags[2] ?? '') this.#set(flag, false)
    return scoped ? '(?:' : ''
  }

  #set(flag: string, on: boolean): void {
    if (flag === 'i') this.#flags.ignoreCase = on
    else if (flag === 's') this.#flags.dotAll = on
    else if (flag === 'm') this.#flags.multiline = on
    else this.#flags.ungreedy = on
  }

  #escape(inClass: boolean): string {
    const character = this.#take()
    if (character === '') throw new Error('trailing backslash at end of expression')
    if (/[dDwWsSfnrtv]/.test(character)) {
      // RE2's \s has no \v and is ASCII only; JavaScript's is wider.
      if (character === 's') return inClass ? String.raw`\t\n\f\r\x20` : String.raw`[\t\n\f\r\x20]`
      if (character === 'S' && !inClass) return String.raw`[^\t\n\f\r\x20]`
      return `\\${character}`
    }
    if ((character === 'b' || character === 'B') && !inClass) return `\\${character}`
    if (character === 'a') return String.raw`\x07`
    if (character === 'A' && !inClass) return String.raw`(?<![\s\S])`
    if (character === 'z' && !inClass) return String.raw`(?![\s\S])`
    if (character === 'Q') return this.#quoted()
    if (character === 'p' || character === 'P') {
      const property = /^(?:\{(\^?)(\w+)\}|(\w))/.exec(this.#pattern.slice(this.#at))
      if (property === null) throw new Error('invalid character class range')
      this.#take(property[0].length)
      const negated = (character === 'P') !== (property[1] === '^')
      const name = property[2] ?? property[3] ?? ''
      const wanted = name.length > 2 ? `Script=${name}` : name
      return `\\${negated ? 'P' : 'p'}{${wanted}}`
    }
    if (character === 'x') {
      const hex = /^(?:\{([\da-f]+)\}|([\da-f]{2}))/i.exec(this.#pattern.slice(this.#at))
      if (hex === null) throw new Error(String.raw`invalid escape sequence: \x`)
      this.#take(hex[0].length)
      return `\\u{${hex[1] ?? hex[2] ?? '0'}}`
    }
    if (/[0-7]/.test(character) && (character === '0' || /^[0-7]/.test(this.#pattern.slice(this.#at)))) {
      const octal = character + (/^[0-7]{1,2}/.exec(this.#pattern.slice(this.#at))?.[0] ?? '')
      this.#take(octal.length - 1)
      return `\\u{${Number.parseInt(octal, 8).toString(16)}}`
    }
    if (/[A-Za-z\d]/.test(character)) throw new Error(`invalid escape sequence: \\${character}`)
    return SYNTAX_CHARACTERS.test(character) || (inClass && character === '-') ? `\\${character}` : character
  }

  #quoted(): string {
    const end = this.#pattern.indexOf(String.raw`\E`, this.#at)
    const text = this.#pattern.slice(this.#at, end === -1 ? undefined : end)
    this.#at = end === -1 ? this.#pattern.length : end + 2
    return Array.from(text, character => this.#literal(character)).join('')
  }

  #characterClass(): string {
    let body = ''
    const negated = this.#pattern[this.#at] === '^'
    if (negated) this.#take()
    for (let first = true; ; first = false) {
      const rest = this.#pattern.slice(this.#at)
      if (rest === '') throw new Error('missing closing ]')
      const posix = /^\[:(\^?)(\w+):\]/.exec(rest)
      if (posix !== null) {
        const set = POSIX[posix[2] ?? '']
        if (set === undefined || posix[1] === '^') throw new Error(`invalid character class range: \`${posix[0]}\``)
        this.#take(posix[0].length)
        body += set
        continue
      }
      const character = String.fromCodePoint(rest.codePointAt(0) ?? 0)
      this.#take(character.length)
      if (character === ']' && !first) break
      if (character === '\\') body += this.#escape(true)
      else if (/[[\]{}()|/^$.*+?]/.test(character)) body += `\\${character}`
      else if (character === '-' && (first || this.#pattern[this.#at] === ']')) body += String.raw`\-`
      else body += character
    }
    if (this.#flags.ignoreCase) {
      // Both cases of every plain letter range; enough for ASCII, which is what label patterns use.
      body += body
        .replaceAll(/\\.|[A-Za-z](?:-[A-Za-z])?/g, part =>
          part.startsWith('\\') ? '' : part === part.toLowerCase() ? part.toUpperCase() : part.toLowerCase(),
        )
        .replaceAll(/[^A-Za-z-]/g, '')
    }
    return `[${negated ? '^' : ''}${body}]`
  }
}
