import { diag } from '@opentelemetry/api'
import { shownValue, warnAtStart } from '@homeostat/signals/options'
import { counted, CUMULATIVE, describeThrown, errorType, every, within, withoutTracing } from '@homeostat/signals'
import type { CollectionResult } from './doors/readers/attachable-reader.ts'
import type { Homeostat } from './homeostat.ts'
import { homeostat } from './homeostat-factory.ts'
import type { HomeostatReaderOptions, PushExporter } from './doors/reader-options.ts'
import { readReaderOptions } from './doors/reader-options.ts'
import { rememberCollector } from './doors/provider-of.ts'

export type { HomeostatReaderOptions, PushExporter } from './doors/reader-options.ts'

const NO_EXPORTER: PushExporter = {
  export: (_, done) => done({ code: 0 }),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
}

interface Producer {
  collect(options?: { timeoutMillis?: number }): Promise<CollectionResult>
}

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
export class HomeostatReader {
  readonly homeostat: Homeostat
  readonly #exporter: PushExporter
  readonly #intervalMs: number
  readonly #timeoutMs: number
  #producer: Producer | undefined
  #timer: Disposable | undefined
  #exporting: Promise<void> | undefined
  #shutdown: Promise<void> | undefined

  /** Options that are not valid are reported in one warning each, as those of {@link homeostat}; without an exporter nothing is exported. */
  constructor(options: HomeostatReaderOptions) {
    const { own, rest } = readReaderOptions(options)
    this.#exporter = own.exporter ?? NO_EXPORTER
    this.#intervalMs = own.exportIntervalMillis
    this.#timeoutMs = own.exportTimeoutMillis
    this.homeostat = homeostat(rest)
    this.homeostat.attach(this)
  }

  // The parameter and result types below are `never` because the SDKs' own are nominal enums that differ between SDK 2 and
  // SDK 3: `never` fits both, and nobody but a MeterProvider calls these.

  /**
   * Called by the MeterProvider; exporting begins here.
   *
   * @throws Error when it was called before, as the readers of the SDK do
   */
  setMetricProducer(producer: never): void {
    if (this.#producer) throw new Error('HomeostatReader can not be bound to a MeterProvider again.')
    const given: unknown = producer
    if (typeof given !== 'object' || typeof (given as Producer | null)?.collect !== 'function') {
      warnAtStart(
        `setMetricProducer() takes the producer of a MeterProvider, but was given ${shownValue(given)}; nothing is exported`,
      )
      return
    }
    this.#producer = producer
    rememberCollector(this, producer)
    this.#timer = every(this.#intervalMs, () => this.#export())
  }

  /**
   * One collection.
   *
   * @throws Error before a MeterProvider has the reader, as the readers of the SDK do
   */
  async collect(options?: { timeoutMillis?: number }): Promise<never> {
    if (!this.#producer) throw new Error('HomeostatReader is not bound to a MeterProvider: give it to metricReaders')
    return (await this.#producer.collect(options)) as never
  }

  selectAggregation(instrumentType: never): never {
    return (this.#exporter.selectAggregation?.(instrumentType) ?? DEFAULT_AGGREGATION) as never
  }

  selectAggregationTemporality(instrumentType: never): never {
    return (this.#exporter.selectAggregationTemporality?.(instrumentType) ?? CUMULATIVE) as never
  }

  selectCardinalityLimit(_instrumentType: never): number {
    return DEFAULT_CARDINALITY_LIMIT
  }

  /** Exports what there is now, after an export that is under way. */
  async forceFlush(): Promise<void> {
    if (this.#shutdown) return
    await this.#flush()
  }

  /** Exports for the last time and ends Homeostat. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#shutDown()
    return this.#shutdown
  }

  async #shutDown(): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    await this.#flush()
    await this.homeostat.stop()
    await this.#exporter.shutdown()
  }

  async #flush(): Promise<void> {
    await this.#exporting
    await this.#export()
    await this.#exporter.forceFlush()
  }

  /** Never overlapping: a slow backend skips exports instead of piling them up. */
  #export(): Promise<void> {
    this.#exporting ??= this.#exportOnce()
      .catch((error: unknown) => diag.error(`HomeostatReader: export failed: ${describeThrown(error)}`))
      .finally(() => (this.#exporting = undefined))
    return this.#exporting
  }

  async #exportOnce(): Promise<void> {
    const { resourceMetrics, errors } = (await this.collect({ timeoutMillis: this.#timeoutMs })) as CollectionResult
    if (errors.length > 0)
      diag.error(`HomeostatReader: ${counted(errors.length, 'collection error')}, the first: ${errorType(errors[0])}`)
    const send = (): Promise<void> =>
      new Promise<void>((resolve, reject) => {
        withoutTracing(() =>
          this.#exporter.export(resourceMetrics as never, ({ code, error }) => {
            // `ExportResultCode.SUCCESS` is 0.
            if (code === 0) resolve()
            else reject(error ?? new Error(`export result ${code}`))
          }),
        )
      })
    const late = (): Error => new Error(`no answer within ${this.#timeoutMs} ms`)
    await within(this.#timeoutMs, send, late, { holdsProcess: true })
  }
}
