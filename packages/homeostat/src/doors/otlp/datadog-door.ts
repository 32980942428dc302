import type { MeterProvider } from '@opentelemetry/api'
import type { Faults } from '@homeostat/signals'
import type { Environment } from '@homeostat/signals/options'
import type { HomeostatInstrumentation } from '../engine-instrumentation.ts'
import type { ServiceName } from '../service-name.ts'
import { datadogDefaults } from './datadog.ts'
import { datadogResource, otlpResource } from './otlp-resource.ts'
import { readOtlpSettings } from './otlp-settings.ts'
import { OwnExport, type ExportFindings } from './own-export.ts'

/** The parts of Homeostat that the door uses. */
export interface DatadogDoorContext {
  readonly instrumentations: readonly HomeostatInstrumentation[]
  readonly environment: Environment
  readonly service: Pick<ServiceName, 'settle'>
  readonly faults: Faults
  readonly findings: () => ExportFindings
}

/**
 * Exports beside dd-trace: counters and levels through its Meter, and histograms as OTLP to the Agent, because that Meter puts nearly
 * all of their values into one bucket.
 */
export class DatadogDoor implements AsyncDisposable {
  readonly #context: DatadogDoorContext
  #histograms: OwnExport | undefined

  constructor(context: DatadogDoorContext) {
    this.#context = context
  }

  /** @returns where histograms go: scheme, host and port; undefined where they go nowhere */
  open(provider: object): string | undefined {
    const { instrumentations, environment, service, faults } = this.#context
    const registries = instrumentations.map(({ registry }) => registry)
    for (const registry of registries)
      faults.contain('telemetry', () =>
        registry.bindMeterProvider(provider as MeterProvider, { withHistograms: false }),
      )
    if (this.#histograms !== undefined) return this.#histograms.endpoint
    const findings = this.#context.findings()
    const { settings, problems } = readOtlpSettings(environment, datadogDefaults(environment))
    for (const problem of problems) findings.add(problem, problem)
    if (settings === undefined) return undefined
    this.#histograms = OwnExport.begin({
      settings,
      registries,
      producerOf: (registry, reader) => registry.histogramProducer(reader),
      resource: () => ({ ...otlpResource(environment, service.settle()?.name), ...datadogResource(environment) }),
      findings,
      what: 'beside dd-trace, Homeostat sends its histograms',
      hint: 'turn on otlp_config.receiver.protocols.http of the Agent, or name another receiver by OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    })
    if (this.#histograms !== undefined) process.on('beforeExit', this.#beforeExit)
    return this.#histograms?.endpoint
  }

  /**
   * Somebody else exports the metrics from now on.
   *
   * @returns whether histograms were exported here until now
   */
  takeOver(): boolean {
    const hadBegun = this.#histograms?.handOver() ?? false
    this.#histograms = undefined
    process.off('beforeExit', this.#beforeExit)
    return hadBegun
  }

  /** Exports for the last time, within five seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    process.off('beforeExit', this.#beforeExit)
    await this.#histograms?.[Symbol.asyncDispose]()
  }

  readonly #beforeExit = (): void => {
    process.off('beforeExit', this.#beforeExit)
    void this.#histograms?.flush()
  }
}
