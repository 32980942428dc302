import type { Grammar, Tree } from '../../grammar.ts'

/** What a text does to the session that it runs in, beyond its own end. */
export interface SessionChange {
  /** Settings that it makes, by name; `*` where that is not known. */
  readonly sets: readonly string[]
  /** Settings that it takes back: names, `all`, or `everything`, which includes the role. */
  readonly resets: readonly string[]
}

/** What may be such a text: cheap, and true for more. */
const CANDIDATE =
  /(?:^|;)(?:\s|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:set|reset|discard|begin|start)\b|\bset_config\s*\(/i
/** Lost at the end of the statement where no transaction is open. */
const LOCAL_CALL = /\bset_config\s*\([^()]*,\s*true\s*\)/gi

/** What a text changes of its session; undefined for most. The beginning of a transaction changes it, and no setting. */
export function sessionChangeIn(text: string, grammar: Grammar): SessionChange | undefined {
  if (!CANDIDATE.test(text)) return undefined
  const statements = grammar.statements(text)
  if (statements === undefined) return { sets: ['*'], resets: [] }
  const sets: string[] = []
  const resets: string[] = []
  let begins = false
  if (/\bset_config\s*\(/i.test(text.replaceAll(LOCAL_CALL, ''))) sets.push('*')
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
