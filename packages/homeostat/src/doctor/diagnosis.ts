import { oneLine } from '../options/one-line.ts'
import type { ApplicationFacts } from './static/application-facts.ts'
import { checks } from './static/checks.ts'

/** A folder can hold hundreds of copies with the same fault. */
const MOST_OF_CHECK = 10
const LONGEST = 500

export interface DiagnosedFinding {
  readonly id: string
  readonly what: string
  readonly evidence: string
  readonly fix: string
  /** The section of the documentation. */
  readonly link: string
}

export interface Diagnosis {
  readonly findings: readonly DiagnosedFinding[]
  /** Lists files that were not read, and counts findings that were left out. */
  readonly notes: readonly string[]
  /** Names and versions of the OpenTelemetry packages found. */
  readonly packages: readonly { readonly name: string; readonly version: string; readonly path: string }[]
}

/** Runs all checks over the facts of an application. Pure. */
export function diagnose(facts: ApplicationFacts): Diagnosis {
  const notes = facts.notes.map(shown)
  const findings = checks.flatMap(check => {
    const { id, what } = check
    const found = check.find(facts)
    if (found.length > MOST_OF_CHECK) notes.push(`${found.length - MOST_OF_CHECK} more findings of ${id} are left out`)
    return found.slice(0, MOST_OF_CHECK).map(({ evidence, fix }) => ({
      id,
      what,
      evidence: shown(evidence),
      fix: shown(fix),
      link: `homeostat/docs/doctor.md#${id}`,
    }))
  })
  const packages = facts.packages
    .filter(({ name }) => name.startsWith('@opentelemetry/'))
    .map(({ name, version, path }) => ({ name: shown(name), version: shown(version), path: shown(path) }))
  return { findings, notes, packages }
}

/** The diagnosis as lines for a terminal. */
export function diagnosisLines({ findings, notes, packages }: Diagnosis): string[] {
  const lines = findings.flatMap(({ id, what, evidence, fix, link }) => [
    `${id}: ${what}`,
    `  evidence: ${evidence}`,
    `  fix:      ${fix}`,
    `  more:     ${link}`,
    '',
  ])
  const apis = packages.filter(({ name }) => name === '@opentelemetry/api')
  return [
    ...lines,
    ...notes.map(note => `note: ${note}`),
    ...apis.map(({ version, path }) => `@opentelemetry/api ${version} in ${path}`),
    `${findings.length === 0 ? 'no findings' : findings.length === 1 ? '1 finding' : `${findings.length} findings`}, ${checks.length} checks, ${packages.length} packages of OpenTelemetry`,
  ]
}

/** Names and versions come from files that anybody can write: no control characters, no endless lines. */
function shown(text: string): string {
  const line = oneLine(text)
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line
}
