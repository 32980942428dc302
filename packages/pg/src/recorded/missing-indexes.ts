import type { SlowStatement } from '../signals/slow-statements.ts'
import type { Finding } from '../indexes/finding.ts'
import { covers, groupsOf, leftovers, verification } from '../indexes/index-advice.ts'
import { bodyOf } from '../indexes/index-definition.ts'
import { createIndexStatement, dropIndexStatement } from '../indexes/index-statements.ts'
import { sizeOf } from '../indexes/index-size.ts'
import { mergeFindings } from '../indexes/merged-findings.ts'
import type { MissingIndex } from './missing-index.ts'

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
