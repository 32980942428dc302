import type { PerformanceMetrics } from 'homeostat'

/** The numbers of now, in one line. */
export class Readings {
  readonly #shopUrl: string
  readonly #heapLimitBytes: number
  #latest: PerformanceMetrics | undefined

  constructor(shopUrl: string, heapLimitBytes: number) {
    this.#shopUrl = shopUrl
    this.#heapLimitBytes = heapLimitBytes
  }

  /** Asks the shop, and looks at its metrics as Prometheus would: what other instrumentations measure reaches the rules with a scrape. */
  async renew(signal: AbortSignal): Promise<void> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(4000)])
    const ask = async (path: string): Promise<Response> => fetch(this.#shopUrl + path, { signal: deadline })
    const [performance, metrics] = await Promise.all([ask('/performance'), ask('/metrics')])
    await metrics.arrayBuffer()
    this.#latest = (await performance.json()) as PerformanceMetrics
  }

  get line(): string {
    const { application, database } = this.#latest ?? {}
    if (!application || !database) return 'no numbers yet'
    const hitRatio = application.cacheHitRates['redis']
    return [
      `hit ratio ${hitRatio === undefined ? 'unknown' : `${(hitRatio * 100).toFixed(0)} %`}`,
      `slow ${database.slowQueries}/min`,
      `webhook ${application.queueSizes['webhook'] ?? 0} waiting`,
      `heap ${((application.memoryUsage.heapUsed / this.#heapLimitBytes) * 100).toFixed(0)} %`,
    ].join(' | ')
  }
}
