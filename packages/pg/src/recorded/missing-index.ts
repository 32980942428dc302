import type { SlowStatement } from '../signals/slow-statements.ts'
import type { Finding } from '../indexes/finding.ts'
import { covers, groupsOf, leftovers, verification } from '../indexes/index-advice.ts'
import { bodyOf, createIndexStatement, dropIndexStatement } from '../indexes/index-definition.ts'
import { sizeOf } from '../indexes/index-size.ts'
import { mergeFindings } from '../indexes/merged-findings.ts'

/** An index that recorded statements lack. */
export interface MissingIndex {
  readonly name: string
  /** With its schema, quoted where the server requires it. */
  readonly table: string
  /** What follows the name of the table in `CREATE INDEX`. */
  readonly definition: string
  /** One statement, or several for a partitioned table. */
  readonly create: string
  readonly undo: string
  /** How large it becomes, in bytes; undefined where statistics do not tell. */
  readonly bytes: number | undefined
  /** Rows written to the table since its statistics began: what each of them costs more. */
  readonly written: { readonly inserted: number; readonly updated: number; readonly deleted: number }
  readonly tableRows: number
  /** Rows that it finds at a time. */
  readonly foundRows: number
  /** Operations and tables of the statements that it would help. */
  readonly statements: readonly string[]
  readonly calls: number
  /** What these statements took, and what they would take less, in milliseconds. */
  readonly totalMs: number
  readonly savedMs: number
  readonly isVerified: boolean
  /** The costs of the plan of the statement that takes longest, where they come from, and what they depend on. */
  readonly verification: string
  /** Otherwise they are estimated from statistics. */
  readonly valuesAreKnown: boolean
  /** It serves the check of references to rows that are deleted or get another key. */
  readonly isReference: boolean
  /** What the table has that it does not need. */
  readonly leftovers: readonly string[]
}

/**
 * Those that save most first.
 *
 * @param guessed - statements whose values are not known
 */
export function missingIndexes(
  findings: readonly Finding[],
  guessed: ReadonlySet<SlowStatement>,
): readonly MissingIndex[] {
  return groupsOf(mergeFindings(findings))
    .map(group => missingIndex(group, guessed))
    .toSorted((a, b) => b.savedMs - a.savedMs)
}

function missingIndex(group: readonly Finding[], guessed: ReadonlySet<SlowStatement>): MissingIndex {
  const worst = group.toSorted((a, b) => b.statement.totalMs - a.statement.totalMs)[0]!
  const { definition, name, rows, isReference } = worst
  const { table } = definition
  const sum = (value: (finding: Finding) => number): number => group.reduce((total, each) => total + value(each), 0)
  return {
    name,
    table: table.name,
    definition: bodyOf(definition),
    create: createIndexStatement(definition, name),
    undo: dropIndexStatement(definition, name),
    bytes: sizeOf(definition),
    written: { inserted: table.inserts, updated: table.updates, deleted: table.deletes },
    tableRows: table.rows,
    foundRows: Math.max(1, Math.round(rows)),
    statements: [...new Set(group.map(({ statement }) => statement.summary))],
    calls: sum(({ statement }) => statement.count),
    totalMs: sum(({ statement }) => statement.totalMs),
    savedMs: isReference ? 0 : sum(({ statement, savedShare }) => statement.totalMs * savedShare),
    isVerified: worst.unverified === undefined,
    verification: [verification(worst), ...covers(definition)].join('; '),
    valuesAreKnown: !group.some(({ statement }) => guessed.has(statement)),
    isReference,
    leftovers: leftovers(definition),
  }
}
