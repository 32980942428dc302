import type { PerformanceMetrics } from 'homeostat'
import { percent } from './percent.ts'

/** The numbers of now. */
export class Readings {
  readonly #shopUrl: () => string | undefined
  #latest: PerformanceMetrics | undefined

  /** @param shopUrl - where the shop is now; undefined for one that tells nothing */
  constructor(shopUrl: () => string | undefined) {
    this.#shopUrl = shopUrl
  }

  /** Asks the shop, and looks at its metrics as Prometheus would: what other instrumentations measure reaches the rules with a scrape. */
  async renew(signal: AbortSignal): Promise<void> {
    const url = this.#shopUrl()
    if (url === undefined) return
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(4000)])
    const ask = async (path: string): Promise<Response> => fetch(url + path, { signal: deadline })
    const [performance, metrics] = await Promise.all([ask('/performance'), ask('/metrics')])
    await metrics.arrayBuffer()
    this.#latest = (await performance.json()) as PerformanceMetrics
  }

  get parts(): readonly string[] {
    const { system, application, database } = this.#latest ?? {}
    if (!system || !application || !database) return []
    return [
      `hits ${known(application.cacheHitRates['redis'])}`,
      `slow ${database.slowQueries}/min`,
      `webhook ${application.queueSizes['webhook'] ?? 0}`,
      `heap ${known(system.heapUsage)}`,
    ]
  }
}

function known(share: number | undefined): string {
  return share === undefined ? 'unknown' : percent(share)
}
