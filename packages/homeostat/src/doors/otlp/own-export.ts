import type { Attributes } from '@opentelemetry/api'
import type { Registry, ScopeMetrics, SignalProducer, Temporality } from '@homeostat/signals'
import { counted, DELTA, errorType, every, nextTurn, SlicedWork, within } from '@homeostat/signals'
import { deliver, type Delivered } from './otlp-delivery.ts'
import { otlpMessages, type OtlpMessage } from './otlp-message.ts'
import { OtlpConnection } from './otlp-request.ts'
import type { OtlpSettings } from './otlp-settings.ts'

const SLICE_MS = 1
/** Keys of findings. */
const STARTED = 'own export'
const FAILED = 'failed export'
/** A receiver may fail in another way at each export; later ones are not reported until it works again. */
const MOST_REASONS = 3
/** The last export delays the end of the process by no more. */
const LONGEST_LAST_EXPORT_MS = 5000

/** Takes findings about the exports. One that is removed does not hold any more. */
export interface ExportFindings {
  add(key: string, text: string, level?: 'info' | 'warn'): void
  remove(key: string): void
  /** One line that is not kept. */
  note(text: string): void
}

/** The exported metrics, and how their export is reported. */
export interface OwnExportOptions {
  readonly settings: OtlpSettings
  readonly registries: readonly Registry[]
  /** Makes a producer of a registry; called at the first export. @default that of all its metrics */
  readonly producerOf?: (registry: Registry, reader: OwnExport) => SignalProducer
  /** Called at the first export. */
  readonly resource: () => Attributes
  readonly findings: ExportFindings
  /** The beginning of the first line, e.g. `no OpenTelemetry SDK has started, so Homeostat sends its metrics`. */
  readonly what: string
  /** The remedy when no export arrives. @default the text of the failure alone */
  readonly hint?: string
}

/**
 * Sends the metrics of Homeostat itself to a receiver of OTLP, where no SDK does. It is a reader of the registries with one
 * temporality, and never has more than one export under way. A delta that the receiver does not take now is kept and sent first
 * the next time; until then, no other is read, and the registries go on counting.
 */
export class OwnExport implements AsyncDisposable {
  readonly #options: OwnExportOptions
  readonly #connection: OtlpConnection
  readonly #timer: Disposable
  #producers: readonly SignalProducer[] | undefined
  #resource: Attributes = {}
  #left: readonly OtlpMessage[] = []
  #exporting: Promise<void> | undefined
  #notBefore = -Infinity
  #failedExports = 0
  readonly #reasons = new Set<string>()
  /** Ends the rests of the export that is under way. */
  #abort = new AbortController()
  /** Whether the process waits for the export to end. */
  #isLast = false
  #isOver = false
  #isHandedOver = false

  /** Begins to export; undefined, with a finding, where a certificate cannot be used. */
  static begin(options: OwnExportOptions): OwnExport | undefined {
    try {
      return new OwnExport(options)
    } catch (error) {
      options.findings.add(
        'OTLP certificate',
        `a file that OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE or OTEL_EXPORTER_OTLP_CLIENT_KEY names cannot be used (${errorType(error)}), so nothing is exported to ${options.settings.shownEndpoint}`,
      )
      return undefined
    }
  }

  private constructor(options: OwnExportOptions) {
    this.#options = options
    this.#connection = new OtlpConnection(options.settings)
    const { intervalMs } = options.settings
    const { findings, what } = options
    findings.add(STARTED, `${what} as OTLP/HTTP JSON to ${this.endpoint}, every ${seconds(intervalMs)}`, 'info')
    this.#timer = every(intervalMs, () => this.export())
  }

  /** Scheme, host and port of the receiver. */
  get endpoint(): string {
    return this.#options.settings.shownEndpoint
  }

  /** The registries ask it, as they ask any reader. */
  selectAggregationTemporality(_instrumentType: never): Temporality {
    return this.#options.settings.temporality
  }

  /** Exports once. While an export is under way, returns that one. Never rejects. */
  export(): Promise<void> {
    if (this.#isOver || performance.now() < this.#notBefore) return Promise.resolve()
    this.#exporting ??= this.#exportOnce().finally(() => (this.#exporting = undefined))
    return this.#exporting
  }

  /**
   * Somebody else exports the metrics from now on: what has been counted until now is sent for the last time.
   *
   * @returns whether anything was exported, so that who takes over continues from now on
   */
  handOver(): boolean {
    if (this.#isOver) return false
    this.#isHandedOver = true
    for (const key of [STARTED, FAILED]) this.#options.findings.remove(key)
    const hadBegun = this.#producers !== undefined
    const scopes = this.#producers?.map(producer => producer.read()) ?? []
    void this.#end(() => scopes)
    return hadBegun
  }

  /** Exports for the last time, within five seconds. Does nothing after {@link handOver}. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) await this.#end(() => this.#collect())
  }

  /** Exports now because the process is about to end; it goes on exporting if the process does. */
  async flush(): Promise<void> {
    await this.#inTime(() => this.export())
  }

  async #exportOnce(): Promise<void> {
    if (this.#left.length > 0 && !(await this.#deliver(this.#left))) return
    if (!this.#isOver) await this.#deliver(await this.#messagesOf(await this.#collectInTurns()))
  }

  /** Whether nothing is left to be sent. */
  async #deliver(messages: readonly OtlpMessage[]): Promise<boolean> {
    const { settings } = this.#options
    const delivered = await deliver(messages, {
      post: message => this.#connection.post(message),
      timeoutMs: this.#isLast ? this.#longestLastExportMs : settings.exportTimeoutMs,
      isLast: this.#isLast,
      signal: this.#abort.signal,
      now: () => performance.now(),
      random: Math.random,
    })
    // Totals that are old by the next time are of no use.
    this.#left = settings.temporality === DELTA ? delivered.left : []
    this.#notBefore = delivered.notBefore ?? -Infinity
    if (!this.#isHandedOver) this.#report(delivered)
    return delivered.left.length === 0
  }

  #collect(): ScopeMetrics[] {
    return this.#begun().map(producer => producer.read())
  }

  /** The event loop turns between two registries. */
  async #collectInTurns(): Promise<ScopeMetrics[]> {
    const scopes: ScopeMetrics[] = []
    for (const producer of this.#begun()) {
      await nextTurn()
      if (!this.#isOver) scopes.push(producer.read())
    }
    return scopes
  }

  #begun(): readonly SignalProducer[] {
    const { registries, producerOf = (registry, reader) => registry.producer(reader), resource } = this.#options
    if (this.#producers === undefined) {
      this.#producers = registries.map(registry => producerOf(registry, this))
      this.#resource = resource()
    }
    return this.#producers
  }

  #messagesOf(scopes: readonly ScopeMetrics[]): Promise<OtlpMessage[]> {
    return new SlicedWork(otlpMessages(this.#resource, scopes), SLICE_MS).done
  }

  #report({ failure, rejectedPoints }: Pick<Delivered, 'failure' | 'rejectedPoints'>): void {
    const { findings, settings, hint } = this.#options
    if (rejectedPoints > 0)
      findings.add(
        'rejected points',
        `${this.endpoint} accepted an export but rejected ${rejectedPoints} of its data points; the log of the receiver gives the reason`,
      )
    if (failure !== undefined) {
      this.#failedExports++
      const { size } = this.#reasons
      if (size < MOST_REASONS) this.#reasons.add(failure.why)
      // Each reason once: the next one may be what is to be done now.
      if (this.#reasons.size > size) findings.remove(FAILED)
      const isKept = settings.temporality === DELTA && !failure.isFinal
      const next = `; they are sent again every ${seconds(settings.intervalMs)}${isKept ? ', and counts are kept until then' : ''}`
      findings.add(
        FAILED,
        `metrics do not reach ${this.endpoint}: ${failure.why}${this.#isLast ? '' : next}${hint === undefined ? '' : `; ${hint}`}`,
      )
      return
    }
    if (this.#failedExports > 0) {
      const times = counted(this.#failedExports, 'failed export')
      findings.remove(FAILED)
      findings.note(`${this.endpoint} accepts metrics again, after ${times}`)
    }
    this.#failedExports = 0
    this.#reasons.clear()
  }

  /** @param last - reads what was not exported yet */
  async #end(last: () => readonly ScopeMetrics[]): Promise<void> {
    this.#isOver = true
    this.#timer[Symbol.dispose]()
    await this.#inTime(async () => {
      if (performance.now() < this.#notBefore) return
      if (this.#left.length > 0 && !(await this.#deliver(this.#left))) return
      await this.#deliver(await this.#messagesOf(last()))
    })
    this.#isHandedOver = true
    this.#abort.abort()
    this.#connection[Symbol.dispose]()
  }

  /** Exports while the process waits, but not for long. The export that is under way then makes no further attempt. */
  async #inTime(work: () => Promise<void>): Promise<void> {
    const limitMs = this.#longestLastExportMs
    const afterExport = async (): Promise<void> => {
      await this.#exporting
      this.#abort = new AbortController()
      await work()
    }
    this.#isLast = true
    this.#abort.abort()
    try {
      await within(limitMs, afterExport, () => new LastExportLateError(limitMs), { holdsProcess: true })
    } catch (error) {
      const failure = { why: `it has not answered within ${limitMs} ms`, isFinal: false }
      if (error instanceof LastExportLateError && !this.#isHandedOver) this.#report({ failure, rejectedPoints: 0 })
    }
    this.#isLast = false
  }

  get #longestLastExportMs(): number {
    return Math.min(this.#options.settings.exportTimeoutMs, LONGEST_LAST_EXPORT_MS)
  }
}

/** The last export takes too long, and the process does not wait for it. */
class LastExportLateError extends Error {
  override readonly name = 'LastExportLateError'
  readonly code = 'HOMEOSTAT_LAST_EXPORT_LATE'

  constructor(limitMs: number) {
    super(`the last export has not ended within ${limitMs} ms`)
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}
