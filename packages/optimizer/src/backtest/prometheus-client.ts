import { PrometheusError } from './prometheus-errors.ts'

/** A series of a range query: values at times in milliseconds. */
export interface RangeSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly (readonly [ms: number, value: number])[]
}

export interface RangeQuery {
  readonly query: string
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

export interface PrometheusClientOptions {
  /** For one request, in milliseconds. @default 30000 */
  readonly timeoutMs?: number
}

/** Prometheus refuses more points a series than this in one answer. Source: `web/api/v1/api.go`, queryRange */
const MOST_POINTS = 11_000

/**
 * Asks a server's range API. https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries
 * A user and password may be in the address; they are sent, and left out of errors.
 */
export class PrometheusClient {
  readonly #base: URL
  readonly #headers: Readonly<Record<string, string>>
  readonly #timeoutMs: number

  constructor(address: string, { timeoutMs = 30_000 }: PrometheusClientOptions = {}) {
    const url = new URL(address)
    const { username, password } = url
    url.username = url.password = ''
    if (!url.pathname.endsWith('/')) url.pathname += '/'
    this.#base = url
    const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
    this.#headers = username === '' ? {} : { authorization: `Basic ${basic}` }
    this.#timeoutMs = timeoutMs
  }

  /** The address without credentials. */
  get name(): string {
    return this.#base.href
  }

  /** All points from start to end, in as many requests as that takes. */
  async range({ query, startMs, endMs, stepMs }: RangeQuery): Promise<RangeSeries[]> {
    const merged = new Map<string, { labels: RangeSeries['labels']; samples: (readonly [number, number])[] }>()
    const chunkMs = (MOST_POINTS - 1) * stepMs
    for (let from = startMs; from <= endMs; from += chunkMs + stepMs) {
      for (const { labels, samples } of await this.#chunk({
        query,
        stepMs,
        startMs: from,
        endMs: Math.min(endMs, from + chunkMs),
      })) {
        const key = labelsKey(labels)
        const known = merged.get(key)
        if (known) known.samples.push(...samples)
        else merged.set(key, { labels, samples: [...samples] })
      }
    }
    return [...merged.values()]
  }

  async #chunk({ query, startMs, endMs, stepMs }: RangeQuery): Promise<RangeSeries[]> {
    const body = new URLSearchParams({
      query,
      start: String(startMs / 1000),
      end: String(endMs / 1000),
      step: String(stepMs / 1000),
    })
    const { data } = await this.#post('api/v1/query_range', body)
    if (data?.resultType !== 'matrix' || data.result === undefined)
      throw new PrometheusError(this.name, `the answer to ${query} is no matrix`)
    return data.result.map(({ metric, values = [] }) => ({
      labels: metric,
      samples: values.map(([seconds, value]) => [Math.round(seconds * 1000), numberOf(value)] as const),
    }))
  }

  async #post(path: string, body: URLSearchParams): Promise<RangeAnswer> {
    const signal = AbortSignal.timeout(this.#timeoutMs)
    try {
      const response = await fetch(new URL(path, this.#base), { method: 'POST', body, headers: this.#headers, signal })
      const text = await response.text()
      const answer = answerOf(text)
      if (answer?.status === 'success') return answer
      const said =
        answer?.error === undefined ? `HTTP status ${response.status}` : `${answer.errorType}: ${answer.error}`
      throw new PrometheusError(this.name, `${path} failed with ${said}`)
    } catch (error) {
      if (error instanceof PrometheusError) throw error
      if (signal.aborted)
        throw new PrometheusError(
          this.name,
          `no answer within ${this.#timeoutMs} ms; ask for less time or a longer step`,
          error,
        )
      throw new PrometheusError(this.name, `cannot be reached: ${reasonOf(error)}`, error)
    }
  }
}

interface RangeAnswer {
  readonly status?: string
  readonly errorType?: string
  readonly error?: string
  readonly data?: {
    readonly resultType?: string
    readonly result?: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly values?: readonly (readonly [seconds: number, value: string])[]
    }[]
  }
}

function answerOf(text: string): RangeAnswer | undefined {
  try {
    return JSON.parse(text) as RangeAnswer
  } catch {
    return undefined
  }
}

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity
  return text === '-Inf' ? -Infinity : Number(text)
}

/** The same for the same labels in any order. */
export function labelsKey(labels: RangeSeries['labels']): string {
  const names = Object.keys(labels).toSorted()
  return JSON.stringify(names.map(name => [name, labels[name]]))
}

/** What `fetch` throws says little; its cause does. */
function reasonOf(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {}
  const { code } = (cause ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : cause instanceof Error ? cause.message : String(cause)
}
