/** What a piece of SQL is. Everything that may hold data is a `literal` and comes without its text. */
export type TokenKind = 'word' | 'quoted' | 'literal' | 'parameter' | 'symbol'

export interface Token {
  readonly kind: TokenKind
  /** The text; empty for a literal, so that it cannot leak by mistake. A quoted identifier keeps its quotes. */
  readonly text: string
}

const LITERAL: Token = { kind: 'literal', text: '' }

// Sticky, so that each starts where the scan stands. Source: the PostgreSQL manual, "Lexical Structure".
const SPACE = /(?:\s+|--[^\n\r]*)+/y
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy
const NUMBER = /(?:0[xob][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?)/iy
const PARAMETER = /\$\d+/y
const DOLLAR_TAG = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy
const QUOTED_IDENTIFIER = /"(?:[^"]|"")*"/y
const ESCAPED_STRING = /'(?:[^'\\]|''|\\[^])*'/y
const PLAIN_STRING = /'(?:[^'\\]|'')*'/y
// An operator ends where a comment begins.
const SYMBOL = /::|(?:(?!--|\/\*)[<>=!~@#%^&|?*+/-])+|[^]/uy

/**
 * The tokens of a statement, without comments and without the text of any literal. Never throws.
 *
 * Where it cannot be sure what is inside a literal (a quote that is never closed; a backslash in a plain string, which
 * escapes or not depending on a server setting), the whole rest counts as one literal.
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  const cursor: Cursor = { sql, at: 0 }
  while (cursor.at < sql.length) {
    if (take(cursor, SPACE) !== undefined || skipComment(cursor)) continue
    const token = nextToken(cursor)
    tokens.push(token ?? LITERAL)
    if (token === undefined) break
  }
  return tokens
}

interface Cursor {
  readonly sql: string
  at: number
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
      return take(cursor, PLAIN_STRING) === undefined ? undefined : LITERAL
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
  const pattern = isIdentifier ? QUOTED_IDENTIFIER : /^[eu]$/i.test(prefix) ? ESCAPED_STRING : PLAIN_STRING
  return take(cursor, pattern) === undefined ? undefined : LITERAL
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
