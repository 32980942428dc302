import type { ServerResponse } from 'node:http'
import { attributes, metrics } from '@homeostat/semconv'
import type { CounterSeries, HistogramSeries, Registry } from '@homeostat/signals'
import type { ContentKind } from './content-kind.ts'
import { contentKindOf } from './content-kind.ts'

/** The kind of every so-manieth response is read anew: its header block has to be searched. */
const KIND_EVERY = 16

/** What the answers of one series have in common. */
export interface AnswerLabels {
  readonly method: string
  readonly scheme: string
  /** Undefined where no route matched: all of those are one series. */
  readonly route: string | undefined
  /** Undefined where the connection broke before there was one. */
  readonly status: number | undefined
  readonly errorType: string | undefined
}

/** The series of the answers of one route, method and status. */
export class AnswerSeries {
  readonly #registry: Registry
  readonly #route: string | undefined
  readonly #duration: HistogramSeries
  readonly #bytes = new Map<ContentKind, CounterSeries>()
  #kindBytes: CounterSeries | undefined
  #untilKind = 0

  constructor(registry: Registry, { method, scheme, route, status, errorType }: AnswerLabels) {
    this.#registry = registry
    this.#route = route
    this.#duration = registry.histogram(metrics.httpServerDuration).with({
      [attributes.httpRequestMethod]: method,
      [attributes.urlScheme]: scheme,
      ...(route !== undefined && { [attributes.httpRoute]: route }),
      ...(status !== undefined && { [attributes.httpResponseStatusCode]: status }),
      ...(errorType !== undefined && { [attributes.errorType]: errorType }),
    })
  }

  /** @param sentBytes - what was written to the connection for it, headers included */
  record(durationMs: number, sentBytes: number, response: ServerResponse): void {
    this.#duration.record(durationMs / 1000)
    if (sentBytes <= 0) return
    if (this.#kindBytes === undefined || --this.#untilKind <= 0) {
      this.#untilKind = KIND_EVERY
      this.#kindBytes = this.#bytesOf(contentKindOf(response))
    }
    this.#kindBytes.add(sentBytes)
  }

  #bytesOf(kind: ContentKind): CounterSeries {
    let bytes = this.#bytes.get(kind)
    if (bytes === undefined) {
      bytes = this.#registry.counter(metrics.httpServerSent).with({
        [attributes.httpContentKind]: kind,
        ...(this.#route !== undefined && { [attributes.httpRoute]: this.#route }),
      })
      this.#bytes.set(kind, bytes)
    }
    return bytes
  }
}
