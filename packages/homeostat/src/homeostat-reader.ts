import { context, createContextKey, diag } from '@opentelemetry/api'
import type { ProducerReader, Temporality } from '@homeostat/signals'
import { CUMULATIVE } from '@homeostat/signals'
import type { CollectionResult } from './attach.ts'
import type { Homeostat, HomeostatOptions } from './homeostat.ts'
import { homeostat } from './homeostat.ts'

/** An SDK `PushMetricExporter`, structurally. */
export interface PushExporter {
  export(metrics: never, done: (result: { code: number; error?: Error }) => void): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
  selectAggregationTemporality?(instrumentType: never): Temporality
  selectAggregation?(instrumentType: never): unknown
}

export interface HomeostatReaderOptions extends HomeostatOptions {
  /** Where the metrics go, e.g. an `OTLPMetricExporter`. */
  readonly exporter: PushExporter
  /** Time between exports. @default 60000, as `PeriodicExportingMetricReader` */
  readonly exportIntervalMillis?: number
  /** An export is given up after this time. @default 30000, as `PeriodicExportingMetricReader` */
  readonly exportTimeoutMillis?: number
}

interface Producer {
  collect(options?: { timeoutMillis?: number }): Promise<CollectionResult>
}

const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** `AggregationType.DEFAULT` and the specification's default cardinality limit. */
const DEFAULT_AGGREGATION = { type: 0 }
const DEFAULT_CARDINALITY_LIMIT = 2000

/**
 * A metric reader with one exporter that also evaluates the rules: {@link homeostat} and its reader as one object.
 *
 * @example
 * ```ts
 * const reader = new HomeostatReader({ exporter: new OTLPMetricExporter(), mode: 'advise' })
 * new NodeSDK({ metricReaders: [reader], instrumentations: [...reader.homeostat.instrumentations] }).start()
 * ```
 */
export class HomeostatReader implements ProducerReader {
  readonly homeostat: Homeostat
  readonly #exporter: PushExporter
  readonly #intervalMs: number
  readonly #timeoutMs: number
  #producer: Producer | undefined
  #timer: NodeJS.Timeout | undefined
  #exporting: Promise<void> | undefined
  #isShutDown = false

  constructor(options: HomeostatReaderOptions) {
    const { exporter, exportIntervalMillis = 60_000, exportTimeoutMillis = 30_000, ...rest } = options
    this.#exporter = exporter
    this.#intervalMs = exportIntervalMillis
    this.#timeoutMs = exportTimeoutMillis
    this.homeostat = homeostat(rest)
    this.homeostat.attach(this)
  }

  /** Called by the MeterProvider; exporting begins here. */
  setMetricProducer(producer: Producer): void {
    if (this.#producer) throw new Error('HomeostatReader can not be bound to a MeterProvider again.')
    this.#producer = producer
    this.#timer = setInterval(() => void this.#export(), this.#intervalMs).unref()
  }

  async collect(options?: { timeoutMillis?: number }): Promise<CollectionResult> {
    if (!this.#producer) throw new Error('HomeostatReader is not bound to a MeterProvider: give it to metricReaders')
    return this.#producer.collect(options)
  }

  selectAggregation(instrumentType: never): unknown {
    return this.#exporter.selectAggregation?.(instrumentType) ?? DEFAULT_AGGREGATION
  }

  selectAggregationTemporality(instrumentType: unknown): Temporality {
    return this.#exporter.selectAggregationTemporality?.(instrumentType as never) ?? CUMULATIVE
  }

  selectCardinalityLimit(_instrumentType: unknown): number {
    return DEFAULT_CARDINALITY_LIMIT
  }

  async forceFlush(): Promise<void> {
    if (this.#isShutDown) return
    await this.#export()
    await this.#exporter.forceFlush()
  }

  async shutdown(): Promise<void> {
    if (this.#isShutDown) return
    clearInterval(this.#timer)
    await this.homeostat.stop()
    await this.forceFlush()
    this.#isShutDown = true
    await this.#exporter.shutdown()
  }

  /** Never overlapping: a slow backend skips exports instead of piling them up. */
  #export(): Promise<void> {
    this.#exporting ??= this.#exportOnce()
      .catch((error: unknown) =>
        diag.error(`HomeostatReader: export failed: ${error instanceof Error ? error.message : String(error)}`),
      )
      .finally(() => (this.#exporting = undefined))
    return this.#exporting
  }

  async #exportOnce(): Promise<void> {
    const { resourceMetrics, errors } = await this.collect({ timeoutMillis: this.#timeoutMs })
    if (errors.length > 0) diag.error('HomeostatReader: metrics collection errors', ...errors)
    const suppressed = context.active().setValue(SUPPRESS_TRACING, true)
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${this.#timeoutMs} ms`)), this.#timeoutMs)
      context.with(suppressed, () =>
        this.#exporter.export(resourceMetrics as never, ({ code, error }) => {
          clearTimeout(timer)
          // `ExportResultCode.SUCCESS` is 0.
          if (code === 0) resolve()
          else reject(error ?? new Error(`export result ${code}`))
        }),
      )
    })
  }
}
