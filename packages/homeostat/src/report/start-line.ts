import type { Mode } from '@homeostat/optimizer'
import type { Modes } from '../options/modes.ts'
import { hasSdk } from '../doors/global-provider.ts'
import type { Way } from '../doors/late-attachment.ts'
import { hasDatadog } from '../doors/otlp/datadog.ts'
import type { NamedService } from '../doors/service-name.ts'
import type { WatchedPackage } from './watched-packages.ts'

export interface StartLineContext {
  readonly version: string
  readonly mode: Mode
  readonly service: NamedService | undefined
  readonly watched: readonly WatchedPackage[]
  readonly attachedTo: readonly string[]
  /** How our metrics are exported, as far as it is known. */
  readonly way: Way | undefined
  /** The place of learned state, or the reason why it is not kept. */
  readonly learned: string | undefined
  readonly modes: Modes
}

/** The mode, the service, the watched packages, the attached readers, and why anything is missing, in one line. */
export function startLine({ version, mode, service, watched, attachedTo, way, learned }: StartLineContext): string {
  const on = watched.filter(({ isOn }) => isOn).map(({ name }) => name)
  const off = watched.filter(({ isOn }) => !isOn)
  const notes = watched
    .filter(({ isOn }) => isOn)
    .flatMap(({ name, notes: own }) => own.map(note => `${name}: ${note}`))
  const parts = [
    `${version} started in mode ${mode} for ${service ? `service ${service.name}` : 'a service without a name'}`,
    `watches ${on.length > 0 ? listOf(on) : 'nothing'}`,
    wayText(way, attachedTo),
    ...(off.length > 0 ? [`not registered: ${listOf(off.map(({ name }) => name))}`] : []),
    ...notes,
    ...(learned === undefined
      ? []
      : [`learned state is ${learned.startsWith('not kept') ? learned : `kept in ${learned}`}`]),
  ]
  return parts.join('; ')
}

/** How our metrics reach a backend, and what rules see. */
export function wayText(way: Way | undefined, attachedTo: readonly string[]): string {
  if (attachedTo.length > 0) return `attached to ${listOf(attachedTo)}`
  if (way?.to === 'nobody')
    return 'the SDK has no metric reader, so nothing is exported: set OTEL_METRICS_EXPORTER or give it a metric reader'
  if (way?.to === 'another')
    return 'another Homeostat of this process exports already, so this one exports nothing: stop() one of them (the flag --import homeostat/register starts one: take it by import { registered } from "homeostat/register")'
  if (way?.to === 'datadog')
    return `exports through dd-trace, and histograms ${way.endpoint === undefined ? 'nowhere' : `to ${way.endpoint}`}, so rules read Homeostat's own metrics only`
  if (way?.to === 'endpoint')
    return `sends its metrics to ${way.endpoint} until an SDK starts, so rules read Homeostat's own metrics only`
  const why = way?.to === 'meter' ? `exports through the Meter of ${way.provider}` : 'attached to no reader'
  return `${why}, so rules read Homeostat's own metrics only`
}

/** Why nothing is exported after half a minute without a MeterProvider, and what to do. */
export function noSdkText(): string {
  if (hasDatadog())
    return 'no OpenTelemetry SDK has started for 30 s, so nothing is exported; set DD_METRICS_OTEL_ENABLED=true, and dd-trace exports them'
  if (hasSdk())
    return 'the OpenTelemetry SDK has started without metrics, so nothing is exported; set OTEL_METRICS_EXPORTER or give it a metric reader'
  return 'no OpenTelemetry SDK has started for 30 s, so nothing is exported; Homeostat goes on without: see h.report()'
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
