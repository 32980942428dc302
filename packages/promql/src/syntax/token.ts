import type { Span } from '../words/ast.ts'

/** A token of PromQL. */
export interface Token extends Span {
  readonly kind: 'word' | 'number' | 'string' | 'operator' | 'mark'
  readonly text: string
}

/** Why a text cannot be cut into tokens. */
export interface TokenProblem {
  readonly reason: string
  readonly from: number
}

/** The tokens of a text, up to its end or to the first problem. */
export interface Cut {
  readonly tokens: readonly Token[]
  readonly problem: TokenProblem | undefined
}

/** Blanks and comments. Prometheus knows four blanks and ends a comment at either line break. */
const SPACE = /(?:[ \t\r\n]|#[^\r\n]*)+/y
const WORD = /[A-Za-z_:][\w:]*/y
const STRING = /"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'|`[^`]*`/y
const OPERATOR = /==|!=|<=|>=|[<>+\-*/%^]/y
const MATCH = /=~|!~|!=|=/y
const MARK = /[(){}[\],@:=]/y
const NUMBER = /(?:0x[\da-f_]*|[\d_]*\.?[\d_]*(?:e[+-]?\d[\d_]*)?)/iy
const DURATION = /(?:\d+(?:ms|[smhdwy]))+\d*/iy

/**
 * Cuts a text into tokens as Prometheus's lexer does, up to the first character that starts none. Code that needs
 * to know where a comment, a string or a number begins reads the tokens and never searches the text.
 * Source: https://github.com/prometheus/prometheus/blob/v3.5.0/promql/parser/lex.go
 */
export function lex(source: string): Cut {
  const tokens: Token[] = []
  const open: string[] = []
  let at = 0
  // Tests and cuts instead of `exec`, whose results would be most of what starting with fifty rules allocates.
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.test(source) ? source.slice(at, pattern.lastIndex) : undefined
  }
  const add = (kind: Token['kind'], text: string): void => {
    tokens.push({ kind, text, from: at, to: at + text.length })
    at += text.length
  }
  const stop = (reason: string): Cut => ({ tokens, problem: { reason, from: at } })
  for (;;) {
    at = skipSpace(source, at)
    const inBraces = open.at(-1) === '{'
    if (at >= source.length) {
      const reason = unclosed(open.at(-1))
      return reason === undefined ? { tokens, problem: undefined } : stop(reason)
    }
    const char = source[at] ?? ''
    const word = take(WORD)
    const string = take(STRING)
    const operator = take(inBraces ? MATCH : OPERATOR)
    const quoteMark = `"'\``.includes(char)
    if (quoteMark && open.at(-1) === '[') return stop(`unexpected character in duration expression: ${shown(char)}`)
    if (string !== undefined) add('string', string)
    else if (quoteMark) return stop(`unterminated ${char === '`' ? 'raw' : 'quoted'} string`)
    else if (/\d/.test(char) || /^\.\d/.test(source.slice(at, at + 2))) {
      if (inBraces) return stop(`unexpected character inside braces: ${shown(char)}`)
      const { text, valid } = numberAt(take(NUMBER) ?? '', take(DURATION) ?? '', source, at)
      if (!valid) return stop(`bad number or duration syntax: ${JSON.stringify(text)}`)
      add('number', text)
    } else if (operator !== undefined) add(inBraces ? 'mark' : 'operator', operator)
    else if (char === '!' || (char === '=' && !inBraces && source[at + 1] === '~'))
      return stop(`unexpected character after '${char}'${inBraces ? ' inside braces' : ''}: ${shown(source[at + 1])}`)
    else if (word !== undefined && !(char === ':' && open.at(-1) === '[')) add('word', word)
    else if (')]}'.includes(char) && open.at(-1) !== OPENERS[char]) return stop(unopened(char))
    else if (take(MARK) !== undefined && !(inBraces && '@:(['.includes(char))) {
      if ('([{'.includes(char)) open.push(char)
      if (')]}'.includes(char)) open.pop()
      add('mark', char)
    } else return stop(`unexpected character${inBraces ? ' inside braces' : ''}: ${shown(char)}`)
  }
}

/** Where the text goes on after the blanks and comments at a place between two tokens. */
export function skipSpace(source: string, at: number): number {
  SPACE.lastIndex = at
  return SPACE.test(source) ? SPACE.lastIndex : at
}

const OPENERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

function unopened(char: string): string {
  if (char === ')') return "unexpected right parenthesis ')'"
  return char === ']' ? "unexpected right bracket ']'" : "unexpected character: '}'"
}

function unclosed(open: string | undefined): string | undefined {
  if (open === '{') return 'unexpected end of input inside braces'
  if (open === '[') return 'unclosed left bracket'
  return open === '(' ? 'unclosed left parenthesis' : undefined
}

/** A number or duration, or as much as Prometheus reads before it gives up: one character more than fits. */
function numberAt(number: string, duration: string, source: string, at: number): { text: string; valid: boolean } {
  const longest = duration.length > number.length ? duration : number
  const next = source[at + longest.length] ?? ''
  if (/[\w.]/.test(next)) return { text: longest + next, valid: false }
  return { text: longest, valid: longest === number || !/\d$/.test(longest) }
}

/** A character as Go's `%q` shows it. */
function shown(char: string | undefined): string {
  return char === undefined ? "'�'" : `'${char === "'" || char === '\\' ? '\\' : ''}${char}'`
}
