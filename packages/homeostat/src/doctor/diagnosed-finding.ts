import { counted } from '@homeostat/signals'
import { oneLine } from '../options/one-line.ts'
import type { Check } from './check.ts'

/** An application can have hundreds of places with the same fault. */
const MOST_OF_CHECK = 10
const LONGEST = 500

/** A finding as it is reported. */
export interface DiagnosedFinding {
  readonly id: string
  readonly what: string
  readonly evidence: string
  readonly fix: string
  /** The section of the documentation. */
  readonly link: string
}

/** Runs checks over facts. Pure. Notes count the findings that are left out. */
export function diagnosed<Facts>(
  checks: readonly Check<Facts>[],
  facts: Facts,
): { readonly findings: readonly DiagnosedFinding[]; readonly notes: readonly string[] } {
  const notes: string[] = []
  const findings = checks.flatMap(check => {
    const { id, what } = check
    const found = check.find(facts)
    if (found.length > MOST_OF_CHECK)
      notes.push(
        `${counted(found.length - MOST_OF_CHECK, `more finding of ${id} is`, `more findings of ${id} are`)} left out`,
      )
    return found.slice(0, MOST_OF_CHECK).map(({ evidence, fix }) => ({
      id,
      what,
      evidence: shown(evidence),
      fix: shown(fix),
      link: `homeostat/docs/doctor.md#${id}`,
    }))
  })
  return { findings, notes }
}

/** Findings as lines for a terminal, an empty one after each. */
export function findingLines(findings: readonly DiagnosedFinding[]): string[] {
  return findings.flatMap(({ id, what, evidence, fix, link }) => [
    `${id}: ${what}`,
    `  evidence: ${evidence}`,
    `  fix:      ${fix}`,
    `  more:     ${link}`,
    '',
  ])
}

/** The results that all diagnoses have. */
export interface Diagnosed {
  readonly findings: readonly DiagnosedFinding[]
  /** The reason why the findings, or their absence, prove nothing about the application. */
  readonly failure?: string
}

/** The last line for a terminal: `1 finding`, and the scope. There is none after a failure without findings. */
export function summaryLines({ findings: { length }, failure }: Diagnosed, scope: string): string[] {
  if (length === 0 && failure !== undefined) return []
  return [`${length === 0 ? 'no findings' : counted(length, 'finding')}, ${scope}`]
}

/** Names and versions come from files that anybody can write: no control characters, no endless lines. */
export function shown(text: string): string {
  const line = oneLine(text)
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line
}
