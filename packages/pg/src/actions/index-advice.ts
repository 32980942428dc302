import type { Advice } from '@homeostat/optimizer'
import type { Finding } from './examination.ts'
import { groupBy } from './grouping.ts'
import { createIndexStatement } from './index-candidate.ts'

/**
 * One advice an index, over all statements that it would help; an index whose columns another one begins with is left
 * out, because the wider one serves its statements too.
 */
export function indexAdvice(findings: readonly Finding[]): readonly Advice[] {
  const byIndex = groupBy(findings, finding => createIndexStatement(finding.candidate))
  const groups = [...byIndex].filter(([, [own]]) => !findings.some(other => own !== undefined && isPrefix(own, other)))
  return groups.map(([statement, group]) => ({ ...describe(group), statement }))
}

function describe(group: readonly Finding[]): Omit<Advice, 'statement'> {
  const worst = group.toSorted((a, b) => b.statement.totalMs - a.statement.totalMs)[0]!
  const { table, scan, columns } = worst.candidate
  const calls = sum(group, finding => finding.statement.count)
  const meanMs = sum(group, finding => finding.statement.totalMs) / calls
  const size = count(table.bytes / 2 ** 20)
  return {
    what: `create an index on ${table.name} (${columns.map(column => column.quoted).join(', ')}) for ${worst.statement.summary}`,
    why: [
      `a sequential scan reads ${count(table.rows)} rows (${size} MiB) to keep about ${count(scan.rows)}`,
      `plan cost ${count(worst.cost)}`,
      `${count(calls)} slow ${calls === 1 ? 'call' : 'calls'}, mean ${count(meanMs)} ms`,
      verification(worst),
    ].join('; '),
  }
}

/** Formats at the moment of use: a formatter made while loading would keep 5 MB of locale data resident in every application. */
function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

function verification({ cost, whatIf }: Finding): string {
  if (whatIf.outcome === 'unknown') return `not verified (${whatIf.reason})`
  return `verified with hypopg: plan cost ${count(cost)} -> ${count(whatIf.cost)}`
}

/** True when `other` has all columns of `own` in front, and more. */
function isPrefix(own: Finding, other: Finding): boolean {
  const [short, long] = [own.candidate.columns, other.candidate.columns]
  return (
    own.candidate.table.name === other.candidate.table.name &&
    short.length < long.length &&
    short.every((c, at) => c.number === long[at]?.number)
  )
}

function sum(findings: readonly Finding[], value: (finding: Finding) => number): number {
  return findings.reduce((total, finding) => total + value(finding), 0)
}
