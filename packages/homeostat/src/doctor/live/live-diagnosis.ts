import {
  diagnosed,
  findingLines,
  shown,
  summaryLines,
  type Diagnosed,
  type DiagnosedFinding,
} from '../diagnosed-finding.ts'
import { liveChecks } from './live-checks.ts'
import { LONGEST_LOOK_MS } from './probe-order.ts'
import type { CommandEnd, CommandRun } from './command-run.ts'
import type { LiveFacts, ReaderFacts } from '../../examination/live-facts.ts'

const MOST_NAMES = 8

export interface LiveDiagnosis extends Diagnosed {
  readonly notes: readonly string[]
  /** The observed facts, one entry per process. */
  readonly processes: readonly LiveFacts[]
  /** Undefined for a process that ran already. */
  readonly command?: CommandEnd
}

/** The diagnosis of a command that was run. */
export function diagnoseCommand(run: CommandRun): LiveDiagnosis {
  const diagnosis = diagnoseLive(run.processes)
  const failure = failureOf(run)
  const notes = [
    ...run.silent.map(silentText),
    ...run.left.map(pid => `process ${pid} of the command could not be ended and still runs`),
  ]
  return {
    ...diagnosis,
    notes: [...notes, ...diagnosis.notes],
    command: run.end,
    ...(failure !== undefined && { failure }),
  }
}

function failureOf({ processes, silent, end }: CommandRun): string | undefined {
  const { exitCode = 0, isEndedByDoctor } = end
  if (processes.length === 0) {
    const reason = silent[0] === undefined ? 'it ended too early, or runs no Node' : silentText(silent[0])
    return `no Node process of the command could be looked at: ${reason}`
  }
  // A signal that was passed on ends a command after it was looked at.
  if (isEndedByDoctor || exitCode === 0 || !processes.every(({ process }) => process.isEnding)) return undefined
  return `the command failed with exit code ${exitCode} before it was looked at, so findings can be missing or due to that`
}

function silentText(pid: number): string {
  return `process ${pid} did not answer within ${LONGEST_LOOK_MS / 1000} s; its event loop may be blocked`
}

/** Runs all checks over the facts of processes of one application. The same finding of several processes is reported once. Pure. */
export function diagnoseLive(processes: readonly LiveFacts[]): LiveDiagnosis {
  const findings = new Map<string, DiagnosedFinding>()
  const notes = new Set<string>()
  for (const facts of processes) {
    const one = diagnosed(liveChecks, facts)
    for (const finding of one.findings) findings.set(`${finding.id} ${finding.evidence}`, finding)
    for (const note of [...facts.notes.map(shown), ...one.notes]) notes.add(note)
  }
  return { findings: [...findings.values()], notes: [...notes], processes }
}

/** The diagnosis as lines for a terminal. */
export function liveDiagnosisLines(diagnosis: LiveDiagnosis): string[] {
  const { notes, processes, command } = diagnosis
  const scope = processes.length === 1 ? 'a process' : `${processes.length} processes`
  return [
    ...findingLines(diagnosis.findings),
    ...processes.flatMap(observedLines).map(shown),
    ...notes.map(note => `note: ${note}`),
    ...(command ? [endLine(command)] : []),
    ...summaryLines(diagnosis, `${liveChecks.length} checks of ${scope}`),
  ]
}

function observedLines(facts: LiveFacts): string[] {
  const { process, provider, readers, metrics, homeostats } = facts
  const by = provider.apiVersion === undefined ? '' : `, registered by @opentelemetry/api ${provider.apiVersion}`
  const [worst] = metrics.toSorted((one, other) => other.series - one.series)
  return [
    `process ${process.pid}: ${process.main ?? 'node'}, Node ${process.node}, up ${Math.round(process.uptimeMs / 1000)} s`,
    `  provider: ${provider.kind === 'missing' ? 'none' : (provider.className ?? provider.kind)}${by}`,
    `  readers: ${readers.map(readerText).join('; ') || 'none'}`,
    ...(worst && worst.series > 0 ? [`  most series: ${worst.name}, ${worst.series}`] : []),
    ...measuredLines(facts),
    ...homeostats.map(
      ({ version, mode, watched }) =>
        `  Homeostat ${version ?? ''} in mode ${mode ?? 'unknown'}: ${watched.map(watchedText).join('; ') || 'nothing is watched'}`,
    ),
  ]
}

function readerText({ className, exporter, address, temporality }: ReaderFacts): string {
  return [className ?? 'a reader', exporter, address, temporality].filter(part => part !== undefined).join(' ')
}

function watchedText({ name, isOn, series, seen }: LiveFacts['homeostats'][number]['watched'][number]): string {
  return `${name} ${isOn ? [`${series} series`, ...seen].join(', ') : 'is not registered'}`
}

/** The libraries that are loaded, and what patches them. */
function measuredLines({ packages, instrumentations }: LiveFacts): string[] {
  if (packages === undefined) return []
  const patching = (library: string): string | undefined =>
    instrumentations?.find(({ libraries }) => libraries.some(({ name, isPatched }) => name === library && isPatched))
      ?.name
  const libraries = packages
    .filter(({ name }) => !/^@(?:opentelemetry|homeostat)\//.test(name) && name !== 'homeostat')
    .map(({ name, version }) => [name, version, `(${patching(name) ?? 'no instrumentation of OpenTelemetry'})`])
    .map(parts => parts.filter(part => part !== undefined).join(' '))
  const more = libraries.length > MOST_NAMES ? [`${libraries.length - MOST_NAMES} more`] : []
  return [`  libraries: ${[...libraries.slice(0, MOST_NAMES), ...more].join(', ') || 'none that is known'}`]
}

function endLine({ exitCode, signal, isEndedByDoctor }: CommandEnd): string {
  if (isEndedByDoctor) return 'the command was ended by the doctor, after it had looked'
  return `the command ended with ${signal === undefined ? `exit code ${exitCode ?? 'unknown'}` : signal}`
}
