import { PrometheusConnection, type PrometheusConnectionOptions } from './prometheus-connection.ts'
import { PrometheusError } from './prometheus-errors.ts'

/** A series of a range query: values at times in milliseconds. */
export interface RangeSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly (readonly [ms: number, value: number])[]
}

/** A range query. Times are in milliseconds since the epoch, the step is in milliseconds. */
export interface RangeQuery {
  readonly query: string
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  /** Ends the query. */
  readonly signal?: AbortSignal
}

/** Which of the names of a label are asked for. */
export interface LabelQuery {
  readonly label: string
  /** A selector of the series. */
  readonly match: string
  readonly startMs: number
  readonly endMs: number
  readonly signal?: AbortSignal
}

/** Prometheus refuses more points a series than this in one answer. Source: `web/api/v1/api.go`, queryRange */
const MOST_POINTS = 11_000

/**
 * A time in parts, each of which has no more steps than one answer may have.
 *
 * @throws RangeError when a time is not a finite number, or the step is not a positive one: the parts would never end
 */
export function* partsOf(
  { startMs, endMs, stepMs }: Pick<RangeQuery, 'startMs' | 'endMs' | 'stepMs'>,
  mostPoints: number = MOST_POINTS,
): Generator<{ readonly startMs: number; readonly endMs: number }> {
  if (![startMs, endMs].every(Number.isFinite)) throw new RangeError('startMs and endMs must be finite numbers')
  if (!(stepMs > 0 && stepMs < Infinity)) throw new RangeError('stepMs must be a positive number of milliseconds')
  if (!(mostPoints >= 1)) throw new RangeError('mostPoints must be at least 1')
  const partMs = (mostPoints - 1) * stepMs
  // A step that is lost in a time of that size does not lead on.
  if (startMs + partMs + stepMs === startMs) throw new RangeError('stepMs is too small for these times')
  for (let from = startMs; from <= endMs; from += partMs + stepMs)
    yield { startMs: from, endMs: Math.min(endMs, from + partMs) }
}

/**
 * Asks a server's range API. https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries
 * A user and password may be in the address; they are sent, and left out of errors.
 */
export class PrometheusClient {
  readonly #connection: PrometheusConnection

  /** @throws {@link PrometheusError} for an address or headers that cannot be used */
  constructor(address: string, options: PrometheusConnectionOptions = {}) {
    this.#connection = new PrometheusConnection(address, options)
  }

  /** The address without credentials. */
  get name(): string {
    return this.#connection.name
  }

  /** All points from start to end, in as many requests as that takes. */
  async range(query: RangeQuery): Promise<RangeSeries[]> {
    const merged = new Map<string, { labels: RangeSeries['labels']; samples: (readonly [number, number])[] }>()
    for (const part of partsOf(query)) {
      for (const { labels, samples } of await this.part({ ...query, ...part })) {
        const key = labelsKey(labels)
        const known = merged.get(key)
        if (known) known.samples.push(...samples)
        else merged.set(key, { labels, samples: [...samples] })
      }
    }
    return [...merged.values()]
  }

  /**
   * One request, whatever its length.
   *
   * @throws PrometheusError when the server fails, refuses or answers something else than a matrix
   */
  async part({ query, startMs, endMs, stepMs, signal }: RangeQuery): Promise<RangeSeries[]> {
    const body = new URLSearchParams({
      query,
      start: String(startMs / 1000),
      end: String(endMs / 1000),
      step: String(stepMs / 1000),
    })
    const data = (await this.#connection.ask('POST', 'api/v1/query_range', body, signal)) as RangeData | undefined
    if (data?.resultType !== 'matrix' || !Array.isArray(data.result))
      throw new PrometheusError(this.name, `the answer to ${query} is not a matrix`, undefined, OK)
    return data.result.filter(isSeries).map(({ metric, values }) => ({
      labels: metric,
      samples: values.map(([seconds, value]) => [Math.round(seconds * 1000), numberOf(value)] as const),
    }))
  }

  /**
   * https://prometheus.io/docs/prometheus/latest/querying/api/#querying-label-values
   *
   * @throws PrometheusError when the server fails, refuses or answers something else than a list
   */
  async labelValues({ label, match, startMs, endMs, signal }: LabelQuery): Promise<string[]> {
    const body = new URLSearchParams({
      'match[]': match,
      start: String(startMs / 1000),
      end: String(endMs / 1000),
    })
    const data = await this.#connection.ask('GET', `api/v1/label/${encodeURIComponent(label)}/values`, body, signal)
    if (!Array.isArray(data))
      throw new PrometheusError(this.name, `the values of ${label} are not a list`, undefined, OK)
    return data.filter(value => typeof value === 'string')
  }
}

/** The server answered, but not with the data that was asked for. */
const OK = { status: 200 }

interface RangeData {
  readonly resultType?: string
  readonly result?: unknown
}

interface AnsweredSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [seconds: number, value: string])[]
}

/** A series of native histograms has no values, and a proxy may answer anything. */
function isSeries(given: unknown): given is AnsweredSeries {
  const { metric, values } = Object(given) as Partial<Record<keyof AnsweredSeries, unknown>>
  return (
    typeof metric === 'object' &&
    metric !== null &&
    Array.isArray(values) &&
    values.every(each => Array.isArray(each) && typeof each[0] === 'number' && typeof each[1] === 'string')
  )
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
