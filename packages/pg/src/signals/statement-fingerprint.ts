import { tokenize } from './sql-tokens.ts'

/** A longer statement is identified by its beginning. */
const MAX_SCANNED_LENGTH = 16_384

/**
 * One text for all statements that differ in literals, parameters' numbers, comments, spaces or the length of a list:
 * `select * from t where id in (1, 2)` and `SELECT * FROM t WHERE id IN ($1)` are the same. Never throws.
 */
export function fingerprint(sql: string): string {
  let text = ''
  for (const { kind, text: own } of tokenize(sql.slice(0, MAX_SCANNED_LENGTH))) {
    const piece = kind === 'literal' || kind === 'parameter' ? '?' : kind === 'word' ? own.toLowerCase() : own
    text += text === '' ? piece : ` ${piece}`
  }
  return text.replace(/\?(?: , \?)+/g, '?')
}
