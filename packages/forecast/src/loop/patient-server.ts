import {
  PrometheusClient,
  PrometheusError,
  type LabelQuery,
  type RangeQuery,
  type RangeSeries,
} from '@homeostat/prometheus'
import { sleep, withoutTracing } from '@homeostat/signals'

const PAUSES_MS = [1000, 4000, 16_000]
/** A server that wants to be left alone for longer is. */
const LONGEST_PAUSE_MS = 60_000
/** Between two requests, so that a server is never busy with us for more than half of the time. */
const LONGEST_REST_MS = 2000
/** An answer is one series of some hundred kilobytes, or a list of names. */
const MOST_BYTES = 4_194_304

/** What {@link PatientServer} needs to know. */
export interface PatientServerOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Between the attempts at one request. @default 1000, 4000, 16000 */
  readonly pausesMs?: readonly number[] | undefined
  /** Ends all that is under way. */
  readonly signal: AbortSignal
}

/**
 * A server that is asked one thing at a time, with rests, and again a few times when it is busy or away. Its timers keep no
 * process alive.
 */
export class PatientServer {
  readonly #client: PrometheusClient
  readonly #signal: AbortSignal
  readonly #pausesMs: readonly number[]
  #restMs = 0

  /** @throws PrometheusError for an address or headers that cannot be used */
  constructor({ url, headers, timeoutMs, signal, pausesMs = PAUSES_MS }: PatientServerOptions) {
    this.#client = new PrometheusClient(url, { headers, timeoutMs, mostBytes: MOST_BYTES })
    this.#signal = signal
    this.#pausesMs = pausesMs
  }

  part(query: RangeQuery): Promise<RangeSeries[]> {
    return this.#ask(() => this.#client.part({ ...query, signal: this.#signal }))
  }

  labelValues(query: LabelQuery): Promise<string[]> {
    return this.#ask(() => this.#client.labelValues({ ...query, signal: this.#signal }))
  }

  async #ask<T>(request: () => Promise<T>): Promise<T> {
    await this.#pause(this.#restMs)
    for (let attempt = 0; ; attempt++) {
      const began = performance.now()
      try {
        return await withoutTracing(request)
      } catch (error) {
        const pauseMs = pauseAfter(error, this.#pausesMs[attempt])
        if (pauseMs === undefined) throw error
        await this.#pause(pauseMs)
      } finally {
        this.#restMs = Math.min(performance.now() - began, LONGEST_REST_MS)
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, { signal: this.#signal })
  }
}

/** Whether the server may answer the same question later: it was not reached, is busy or has broken down. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof PrometheusError)) return false
  const { status } = error.answered ?? {}
  return status === undefined || status === 429 || status >= 500
}

/** Whether it would not answer any other question either. */
export function isForAll(error: unknown): boolean {
  if (!(error instanceof PrometheusError)) return false
  const { status } = error.answered ?? {}
  return status === undefined || status === 401 || status === 403 || status === 404 || status === 429
}

/** For how long to wait before the next attempt; nothing when there is to be none. */
function pauseAfter(error: unknown, usual: number | undefined): number | undefined {
  if (usual === undefined || !isPassing(error)) return undefined
  const { retryAfterMs = usual } = (error as PrometheusError).answered ?? {}
  return retryAfterMs > LONGEST_PAUSE_MS ? undefined : retryAfterMs
}
