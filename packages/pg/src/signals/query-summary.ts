import type { Token } from './sql-tokens.ts'
import { tokenize } from './sql-tokens.ts'

/** The semantic conventions: "the summary SHOULD be truncated to 255 characters". */
const MAX_SUMMARY_LENGTH = 255
/** A statement longer than this is summarised by its beginning. */
const MAX_SCANNED_LENGTH = 16_384
/** Longest name of an identifier (`NAMEDATALEN` - 1), with room for quotes and a schema. */
const MAX_NAME_LENGTH = 132

/** The name of statements without a known beginning. */
export const OTHER = '(other)'

/** Operations with tables, in statements and subqueries. */
const TABLE_OPERATIONS = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE'])
/** First words of every other statement of PostgreSQL; these are given without what follows. */
const OTHER_OPERATIONS = new Set(
  (
    'ABORT ALTER ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DISCARD DO DROP END ' +
    'EXECUTE EXPLAIN FETCH GRANT IMPORT LISTEN LOAD LOCK MOVE NOTIFY PREPARE REASSIGN REFRESH REINDEX RELEASE RESET REVOKE ' +
    'ROLLBACK SAVEPOINT SECURITY SET SHOW START TABLE TRUNCATE UNLISTEN VACUUM VALUES'
  ).split(' '),
)
/** After these a table's name follows. */
const TABLE_FOLLOWS = new Set(['FROM', 'JOIN', 'INTO', 'UPDATE', 'USING'])
/** Between such a word and the name. */
const BEFORE_NAME = new Set(['ONLY', 'LATERAL'])
/** These end a list of tables, after which a comma separates something else. */
const LIST_ENDS = new Set(
  'WHERE GROUP ORDER HAVING LIMIT OFFSET WINDOW SET RETURNING UNION INTERSECT EXCEPT VALUES SELECT FOR WHEN'.split(' '),
)

/** What is known of one pair of parentheses, or of the statement outside of all. */
interface Group {
  /** A query (and not, say, the arguments of `extract(year FROM day)`). */
  isQuery: boolean
  /** The next name is that of a table. */
  tableNext: boolean
  /** A comma is followed by one more table. */
  inList: boolean
}

/**
 * `SELECT orders` for a statement: its operations and tables in order, never a literal, at most 255 characters.
 * Source: semantic conventions 1.45, "Generating query summary". Never throws.
 *
 * @example
 * ```ts
 * summarize("SELECT * FROM orders o JOIN users u ON u.id = o.user_id WHERE u.name = 'Ada'") // 'SELECT orders users'
 * ```
 */
export function summarize(sql: string): string {
  const tokens = tokenize(sql.length > MAX_SCANNED_LENGTH ? sql.slice(0, MAX_SCANNED_LENGTH) : sql)
  const first = tokens.find(token => token.text !== '(')
  const operation = first?.kind === 'word' ? first.text.toUpperCase() : ''
  if (OTHER_OPERATIONS.has(operation)) return operation
  if (operation !== 'WITH' && !TABLE_OPERATIONS.has(operation)) return OTHER
  const parts = operationsAndTables(tokens)
  let summary = ''
  for (const part of parts) {
    const longer = summary === '' ? part : `${summary} ${part}`
    // Truncated between words: half a name is another name.
    if (longer.length > MAX_SUMMARY_LENGTH) break
    summary = longer
  }
  return summary === '' ? OTHER : summary
}

function operationsAndTables(tokens: readonly Token[]): string[] {
  const parts: string[] = []
  const commonTables = namesOfCommonTables(tokens)
  const groups: Group[] = [{ isQuery: false, tableNext: false, inList: false }]
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    const group = groups.at(-1)!
    const upper = token.kind === 'word' ? token.text.toUpperCase() : token.text
    if (upper === '(') {
      // `FROM (a JOIN b)`: the parentheses belong to the list of tables.
      groups.push({ isQuery: group.tableNext, tableNext: group.tableNext, inList: group.tableNext })
      group.tableNext = false
    } else if (upper === ')') {
      if (groups.length > 1) groups.pop()
    } else if (upper === ';') {
      groups.length = 1
      groups[0] = { isQuery: false, tableNext: false, inList: false }
    } else if (upper === ',') {
      group.tableNext = group.inList
    } else if (isOperation(upper, tokens, at)) {
      parts.push(upper)
      Object.assign(group, { isQuery: true, tableNext: upper === 'UPDATE', inList: false })
    } else if (TABLE_FOLLOWS.has(upper) && token.kind === 'word') {
      // `IS DISTINCT FROM x` compares.
      const compares = upper === 'FROM' && wordAt(tokens, at - 1) === 'DISTINCT' && wordAt(tokens, at - 2) !== 'SELECT'
      if (!group.isQuery || compares) continue
      // `JOIN b USING (id)` names columns; a subquery in that place names its tables itself.
      if (upper === 'USING' && tokens[at + 1]?.text === '(') continue
      group.tableNext = upper !== 'UPDATE'
      group.inList ||= upper === 'FROM' || upper === 'USING'
    } else if (token.kind === 'word' && LIST_ENDS.has(upper)) {
      Object.assign(group, { tableNext: false, inList: false })
    } else if (group.tableNext && (token.kind === 'word' || token.kind === 'quoted')) {
      if (token.kind === 'word' && BEFORE_NAME.has(upper)) continue
      const { name, next } = nameAt(tokens, at)
      at = next - 1
      group.tableNext = false
      const isFunction = tokens[next]?.text === '(' && parts.at(-1) !== 'INSERT' && parts.at(-1) !== 'MERGE'
      if (!isFunction && name.length <= MAX_NAME_LENGTH && !commonTables.has(name)) parts.push(name)
    } else {
      group.tableNext = false
    }
  }
  return parts
}

/** SELECT always; the others only where a statement may begin (not `FOR UPDATE`, `ON DELETE`, `THEN INSERT`). */
function isOperation(upper: string, tokens: readonly Token[], at: number): boolean {
  if (!TABLE_OPERATIONS.has(upper) || tokens[at]!.kind !== 'word' || tokens[at - 1]?.text === '.') return false
  if (upper === 'SELECT') return true
  const before = tokens[at - 1]?.text
  return before === undefined || before === '(' || before === ')' || before === ';'
}

/** `schema.table` from a position on, and the position behind it. */
function nameAt(tokens: readonly Token[], at: number): { name: string; next: number } {
  let name = tokens[at]!.text
  let next = at + 1
  while (tokens[next]?.text === '.' && (tokens[next + 1]?.kind === 'word' || tokens[next + 1]?.kind === 'quoted')) {
    name += `.${tokens[next + 1]!.text}`
    next += 2
  }
  return { name, next }
}

/** Names given by `WITH name AS (`, `, name (columns) AS MATERIALIZED (`: no tables. */
function namesOfCommonTables(tokens: readonly Token[]): Set<string> {
  const names = new Set<string>()
  if (!tokens.some((_, at) => wordAt(tokens, at) === 'WITH')) return names
  for (let at = 1; at < tokens.length; at++) {
    if (wordAt(tokens, at) !== 'AS') continue
    let open = at + 1
    if (wordAt(tokens, open) === 'NOT') open++
    if (wordAt(tokens, open) === 'MATERIALIZED') open++
    if (tokens[open]?.text !== '(') continue
    let name = at - 1
    if (tokens[name]?.text === ')') while (name > 0 && tokens[name]?.text !== '(') name--
    if (tokens[name]?.text === '(') name--
    const token = tokens[name]
    if (token?.kind === 'word' || token?.kind === 'quoted') names.add(token.text)
  }
  return names
}

function wordAt(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at]
  return token?.kind === 'word' ? token.text.toUpperCase() : undefined
}
