import type { Grammar, Tree } from '../../grammar.ts'

/** What a text does to the session that it runs in, beyond its own end. */
export interface SessionChange {
  /** Settings that it makes, by name; `*` where that is not known. */
  readonly sets: readonly string[]
  /** Settings that it takes back: names, `all`, or `everything`, which includes the role. */
  readonly resets: readonly string[]
}

const CHANGE = /(?:set|reset|discard|begin|start)\b/iy
const CONFIG_CALL = /\bset_config\s*\(/i
/** Lost at the end of the statement where no transaction is open. */
const LOCAL_CALL = /\bset_config\s*\([^()]*,\s*true\s*\)/gi

/** What a text changes of its session; undefined for most. The beginning of a transaction changes it, and no setting. */
export function sessionChangeIn(text: string, grammar: Grammar): SessionChange | undefined {
  if (!mayChange(text)) return undefined
  const statements = grammar.statements(text)
  if (statements === undefined) return { sets: ['*'], resets: [] }
  const sets: string[] = []
  const resets: string[] = []
  let begins = false
  if (CONFIG_CALL.test(text.replaceAll(LOCAL_CALL, ''))) sets.push('*')
  for (const statement of statements) {
    if ((statement['DiscardStmt'] as Tree | undefined)?.['target'] === 'DISCARD_ALL') resets.push('everything')
    const transaction = (statement['TransactionStmt'] as Tree | undefined)?.['kind']
    if (transaction === 'TRANS_STMT_BEGIN' || transaction === 'TRANS_STMT_START') begins = true
    const set = statement['VariableSetStmt'] as Tree | undefined
    if (set === undefined || set['is_local'] === true) continue
    const name = String(set['name']).toLowerCase()
    const kind = set['kind']
    if (kind === 'VAR_RESET_ALL') resets.push('all')
    else if (kind === 'VAR_RESET' || kind === 'VAR_SET_DEFAULT') resets.push(name)
    else if (!name.startsWith('transaction')) sets.push(name)
  }
  return begins || sets.length > 0 || resets.length > 0 ? { sets, resets } : undefined
}

/** Where the text may be at present, as one bit each: behind blanks, behind the beginning of a comment, in one, or before its end. */
const BLANK = 1
const DASH = 2
const LINE = 4
const SLASH = 8
const BLOCK = 16
const STAR = 32

/**
 * What may be such a text: cheap, and true for more. Each `;` may begin a statement, as nobody knows which are within a literal. All beginnings
 * are followed in one pass, as a look behind each would take time that grows with the square of the length.
 */
function mayChange(text: string): boolean {
  if (CONFIG_CALL.test(text)) return true
  let places = BLANK
  for (let at = 0; at < text.length; at++) {
    if (places === 0) {
      at = text.indexOf(';', at)
      if (at < 0) return false
    }
    const char = text[at]!
    if (places & BLANK) {
      CHANGE.lastIndex = at
      if (CHANGE.test(text)) return true
    }
    places = placesAfter(places, char)
  }
  return false
}

function placesAfter(places: number, char: string): number {
  let next = char === ';' ? BLANK : 0
  if (places & LINE) next |= char === '\n' ? BLANK : LINE
  if (places & BLOCK) next |= char === '*' ? STAR : BLOCK
  if (places & STAR) next |= char === '*' ? STAR : char === '/' ? BLANK : BLOCK
  if (places & BLANK) next |= char === '-' ? DASH : char === '/' ? SLASH : char.trim() === '' ? BLANK : 0
  if (places & DASH && char === '-') next |= LINE
  if (places & SLASH && char === '*') next |= BLOCK
  return next
}
