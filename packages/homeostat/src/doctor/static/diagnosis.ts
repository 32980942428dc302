import { counted } from '@homeostat/signals'
import { diagnosed, findingLines, shown, summaryLines, type Diagnosed } from '../diagnosed-finding.ts'
import type { ApplicationFacts } from './application-facts.ts'
import { staticChecks } from './static-checks.ts'

export interface Diagnosis extends Diagnosed {
  /** Lists files that were not read, and counts findings that were left out. */
  readonly notes: readonly string[]
  /** Names and versions of the OpenTelemetry packages found. */
  readonly packages: readonly { readonly name: string; readonly version: string; readonly path: string }[]
}

/** Runs all checks over the facts of an application. Pure. */
export function diagnose(facts: ApplicationFacts): Diagnosis {
  const { findings, notes } = diagnosed(staticChecks, facts)
  const packages = facts.packages
    .filter(({ name }) => name.startsWith('@opentelemetry/'))
    .map(({ name, version, path }) => ({ name: shown(name), version: shown(version), path: shown(path) }))
  const failure =
    facts.manifestFault === undefined ? {} : { failure: `no application to look at: ${facts.manifestFault}` }
  return { findings, notes: [...facts.notes.map(shown), ...notes], packages, ...failure }
}

/** The diagnosis as lines for a terminal. */
export function diagnosisLines(diagnosis: Diagnosis): string[] {
  const { findings, notes, packages } = diagnosis
  const apis = packages.filter(({ name }) => name === '@opentelemetry/api')
  return [
    ...findingLines(findings),
    ...notes.map(note => `note: ${note}`),
    ...apis.map(({ version, path }) => `@opentelemetry/api ${version} in ${path}`),
    ...summaryLines(
      diagnosis,
      `${staticChecks.length} checks, ${counted(packages.length, 'package')} of OpenTelemetry`,
    ),
  ]
}
