import { after } from '@homeostat/signals'
import type { Environment } from '@homeostat/signals/options'
import type { HomeostatInstrumentation } from '../engine-instrumentation.ts'
import { globalMeterProvider, hasSdk } from '../global-provider.ts'
import type { Way } from '../late-attachment.ts'
import type { ServiceName } from '../service-name.ts'
import { otlpResource } from './otlp-resource.ts'
import { readOtlpSettings, type OtlpSettings } from './otlp-settings.ts'
import { OwnExport, type ExportFindings } from './own-export.ts'

/** The first export comes early, so that a wrong address shows early, and late enough for an SDK that starts with the application. */
const FIRST_EXPORT_MS = 10_000

const KEY = Symbol.for('homeostat.own-export')

/** The door that exports, from when it opens: only one of a process does. It may belong to another copy of this package. */
const exporting = globalThis as { [KEY]?: object | undefined }

/** The parts of Homeostat that the door uses. */
export interface OtlpDoorContext {
  readonly instrumentations: readonly HomeostatInstrumentation[]
  readonly environment: Environment
  readonly service: Pick<ServiceName, 'settle'>
  readonly findings: () => ExportFindings
  /** Whether readers of the application export the metrics. */
  readonly hasReaders: () => boolean
}

/**
 * Exports Homeostat's own metrics where `OTEL_EXPORTER_OTLP_ENDPOINT` names a receiver and no OpenTelemetry SDK has started. It ends
 * when an SDK starts.
 */
export class OtlpDoor implements AsyncDisposable {
  readonly #context: OtlpDoorContext
  #settings: OtlpSettings | undefined
  #problems: readonly string[] = []
  #waiting: Disposable | undefined
  #export: OwnExport | undefined
  #isOpen = false
  #isTaken = false
  #hasExported = false

  constructor(context: OtlpDoorContext) {
    this.#context = context
  }

  /** How the metrics reach a backend while no SDK has started; undefined where Homeostat sends nothing itself. */
  get way(): Way | undefined {
    if (this.#settings === undefined || this.#isTaken) return undefined
    return this.#isExporter ? { to: 'endpoint', endpoint: this.#settings.shownEndpoint } : { to: 'another' }
  }

  /** Waits for an SDK, and then begins to export. */
  open(): void {
    if (this.#isOpen || this.#isTaken || this.#context.hasReaders()) return
    this.#isOpen = true
    const { settings, problems } = readOtlpSettings(this.#context.environment)
    this.#settings = settings
    this.#problems = problems
    if (settings === undefined && problems.length === 0) return
    if (settings !== undefined) exporting[KEY] ??= this
    process.on('beforeExit', this.#beforeExit)
    this.#waiting = after(Math.min(FIRST_EXPORT_MS, settings?.intervalMs ?? FIRST_EXPORT_MS), () =>
      this.#begin()?.export(),
    )
  }

  /**
   * Somebody else exports the metrics from now on. May be called again.
   *
   * @returns whether they were exported here until now, so that who takes over continues from now on
   */
  takeOver(): boolean {
    if (this.#export?.handOver() === true) this.#hasExported = true
    this.#isTaken = true
    this.#close()
    return this.#hasExported
  }

  /** Exports for the last time, within five seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#waiting !== undefined) this.#begin()
    await this.#export?.[Symbol.asyncDispose]()
    this.#isTaken = true
    this.#close()
  }

  #begin(): OwnExport | undefined {
    this.#waiting?.[Symbol.dispose]()
    this.#waiting = undefined
    if (this.#isTaken || this.#export !== undefined || this.#context.hasReaders()) return this.#export
    if (globalMeterProvider() !== undefined || (exporting[KEY] ?? this) !== this) return undefined
    const findings = this.#context.findings()
    for (const problem of this.#problems) findings.add(problem, problem)
    if (this.#settings === undefined) return undefined
    exporting[KEY] = this
    const { instrumentations, environment, service } = this.#context
    this.#export = OwnExport.begin({
      settings: this.#settings,
      registries: instrumentations.map(({ registry }) => registry),
      resource: () => otlpResource(environment, service.settle()?.name),
      findings,
      what: `${hasSdk() ? 'the OpenTelemetry SDK has started without metrics' : 'no OpenTelemetry SDK has started'}, so Homeostat sends its own metrics`,
    })
    if (this.#export === undefined) {
      this.#settings = undefined
      this.#close()
    }
    // No SDK enables them.
    else if (!instrumentations.some(each => each.getConfig().enabled))
      for (const each of instrumentations) each.enable()
    return this.#export
  }

  #close(): void {
    this.#waiting?.[Symbol.dispose]()
    this.#waiting = undefined
    process.off('beforeExit', this.#beforeExit)
    if (this.#isExporter) exporting[KEY] = undefined
  }

  get #isExporter(): boolean {
    return exporting[KEY] === this
  }

  /** The process has nothing else to do: it ends when the export has. Once, because an export is something to do. */
  readonly #beforeExit = (): void => {
    process.off('beforeExit', this.#beforeExit)
    void this.#begin()?.flush()
  }
}
