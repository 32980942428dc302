import type { PerformanceMetrics } from 'homeostat'

/** The numbers of now, in one line. */
export class Readings {
  readonly #shopUrl: string
  #latest: PerformanceMetrics | undefined

  constructor(shopUrl: string) {
    this.#shopUrl = shopUrl
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
    const { system, application, database } = this.#latest ?? {}
    if (!system || !application || !database) return 'no numbers yet'
    const hitRatio = application.cacheHitRates['redis']
    return [
      `hit ratio ${percent(hitRatio)}`,
      `slow ${database.slowQueries}/min`,
      `webhook ${application.queueSizes['webhook'] ?? 0} waiting`,
      `heap ${percent(system.heapUsage)}`,
    ].join(' | ')
  }
}

function percent(ratio: number | undefined): string {
  return ratio === undefined ? 'unknown' : `${(ratio * 100).toFixed(0)} %`
}
