/** What a piece of SQL is. Everything that may hold data is a `literal` and comes without its text. */
export type TokenKind = 'word' | 'quoted' | 'literal' | 'parameter' | 'symbol'

export interface Token {
  readonly kind: TokenKind
  /** The text; empty for a literal, so that it cannot leak by mistake. A quoted identifier keeps its quotes. */
  readonly text: string
}

const LITERAL: Token = { kind: 'literal', text: '' }

// Sticky, so that each starts where the scan stands. Source: the PostgreSQL manual, "Lexical Structure", and scan.l: all beyond ASCII is
// part of a name, spaces as well.
const SPACE = /(?:[ \t\n\r\f\v]+|--[^\n\r]*)+/y
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const NUMBER = /(?:0[xob][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?)/iy
const PARAMETER = /\$\d+/y
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const QUOTED_IDENTIFIER = /"(?:[^"]|"")*"/y
/** It goes on behind a line break, where a plain one of the same kind would begin. */
const ESCAPED_STRING =
  /'(?:[^'\\]|''|\\[^])*'(?:[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'(?:[^'\\]|''|\\[^])*')*/y
const PLAIN_STRING = /'(?:[^']|'')*'/y
/** A quote that a server with `standard_conforming_strings = off` takes for a part of the string. */
const ESCAPED_QUOTE = /(?<!\\)(?:\\\\)*\\'/
/** What may stand right behind a string. */
const BEHIND_STRING = /[ \t\n\r\f\v),;\]:|<>=!~*/+-]/
// An operator ends where a comment begins.
const SYMBOL = /::|(?:(?!--|\/\*)[<>=!~@#%^&|`?*+/-])+|[^]/uy

/**
 * The tokens of a statement, without comments and without the text of any literal. Never throws.
 *
 * A backslash in a plain string is a character like others, as the standard and Postgres' default have it. Where it cannot be sure
 * what is inside a literal, the whole rest counts as one: a quote that is never closed, and strings that make sense only to a server which
 * lets a backslash escape the quote behind it.
 *
 * @param isStandard - the server is known to read strings as the standard has it, so nothing of them is unsure
 */
export function tokenize(sql: string, isStandard = false): Token[] {
  const tokens: Token[] = []
  const cursor: Cursor = { sql, at: 0, isStandard, isUnsure: false }
  let unsureAt = -1
  while (cursor.at < sql.length) {
    if (take(cursor, SPACE) !== undefined || skipComment(cursor)) continue
    const token = nextToken(cursor)
    if (cursor.isUnsure && unsureAt < 0) unsureAt = tokens.length
    if (token === undefined || (token.text === '\\' && unsureAt >= 0)) {
      if (unsureAt >= 0) tokens.length = unsureAt
      tokens.push(LITERAL)
      break
    }
    tokens.push(token)
  }
  return tokens
}

interface Cursor {
  readonly sql: string
  at: number
  readonly isStandard: boolean
  /** A string was read that ends elsewhere for a server whose backslashes escape. */
  isUnsure: boolean
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at
  const match = pattern.exec(cursor.sql)?.[0]
  if (match !== undefined) cursor.at += match.length
  return match
}

/** The next token; undefined when it is a literal whose end is unknown. */
function nextToken(cursor: Cursor): Token | undefined {
  switch (cursor.sql.charAt(cursor.at)) {
    case "'":
      return plainString(cursor)
    case '"': {
      const text = take(cursor, QUOTED_IDENTIFIER)
      return text === undefined ? undefined : { kind: 'quoted', text }
    }
    case '$': {
      const text = take(cursor, PARAMETER)
      return text === undefined ? dollarQuoted(cursor) : { kind: 'parameter', text }
    }
    default:
      return numberOrWord(cursor)
  }
}

function numberOrWord(cursor: Cursor): Token | undefined {
  if (take(cursor, NUMBER) !== undefined) {
    // `1abc` is not a number, and its end is not an identifier.
    take(cursor, WORD)
    return LITERAL
  }
  const word = take(cursor, WORD)
  if (word === undefined) return { kind: 'symbol', text: take(cursor, SYMBOL) ?? '' }
  return isStringPrefix(word, cursor) ? prefixedString(word, cursor) : { kind: 'word', text: word }
}

/** B'..', E'..', N'..', X'..', U&'..' and U&"..". */
function isStringPrefix(word: string, { sql, at }: Cursor): boolean {
  if (sql[at] === "'") return /^[benx]$/i.test(word)
  return /^u$/i.test(word) && sql[at] === '&' && (sql[at + 1] === "'" || sql[at + 1] === '"')
}

function prefixedString(prefix: string, cursor: Cursor): Token | undefined {
  if (/^u$/i.test(prefix)) cursor.at++
  const isIdentifier = cursor.sql[cursor.at] === '"'
  if (!isIdentifier && !/^e$/i.test(prefix)) return plainString(cursor)
  return take(cursor, isIdentifier ? QUOTED_IDENTIFIER : ESCAPED_STRING) === undefined ? undefined : LITERAL
}

function plainString(cursor: Cursor): Token | undefined {
  const text = take(cursor, PLAIN_STRING)
  if (text === undefined) return undefined
  if (!cursor.isStandard && ESCAPED_QUOTE.test(text.slice(1))) {
    const next = cursor.sql[cursor.at]
    if (next !== undefined && !BEHIND_STRING.test(next)) return undefined
    cursor.isUnsure = true
  }
  return LITERAL
}

function dollarQuoted(cursor: Cursor): Token | undefined {
  const tag = take(cursor, DOLLAR_TAG)
  const end = tag === undefined ? -1 : cursor.sql.indexOf(tag, cursor.at)
  if (tag === undefined || end < 0) return undefined
  cursor.at = end + tag.length
  return LITERAL
}

/** Comments nest in PostgreSQL; one that is never closed takes the rest. */
function skipComment(cursor: Cursor): boolean {
  const { sql } = cursor
  if (!sql.startsWith('/*', cursor.at)) return false
  let depth = 0
  while (cursor.at < sql.length) {
    if (sql.startsWith('/*', cursor.at)) {
      depth++
      cursor.at += 2
    } else if (sql.startsWith('*/', cursor.at)) {
      cursor.at += 2
      if (--depth === 0) return true
    } else {
      cursor.at++
    }
  }
  return true
}
