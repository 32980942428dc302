import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dashboardFiles, type DashboardFile, type NameStyle } from '@homeostat/dashboards'
import {
  findFreePort,
  startOtlpReceiver,
  startPostgres,
  startPrometheus,
  startRedis,
  type Prometheus,
} from '@homeostat/services'
import { test } from 'vitest'
import { Operator } from '../src/demo/operator.ts'
import { startShopProcess } from '../src/demo/shop-process.ts'
import { startMerchant } from '../src/load/merchant.ts'
import { openLoop } from '../src/load/open-loop.ts'
import { scheduleOf } from '../src/load/schedule.ts'
import { EVERYDAY } from '../src/load/troubles.ts'
import { Visitors } from '../src/load/visitors.ts'
import { startOtlpRelay } from './otlp-relay.ts'
import { hasFired, rulesAreHealthy } from './server-rules.ts'
import { panelsAreFilled } from './shown-panels.ts'

const REDIS_PREFIX = 'shop-dashboards:'

const GLOBAL = 'global: { scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s }\nrule_files: [rules.yml]\n'
const scraping = (port: number): string =>
  `scrape_configs: [{ job_name: shop, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]\n`

const rulesIn = (files: readonly DashboardFile[]): string =>
  files.find(({ path }) => path === 'prometheus/homeostat.rules.yml')!.text

/** A server that receives what the shop sends, and what is shown of it. */
interface Server extends AsyncDisposable {
  readonly names: NameStyle
  readonly files: readonly DashboardFile[]
  readonly prometheus: Prometheus
  /** Where it receives OTLP. @default it scrapes */
  readonly metricsUrl?: string
}

async function scrapingServer(port: number): Promise<Server> {
  const files = dashboardFiles()
  const prometheus = await startPrometheus({ config: GLOBAL + scraping(port), rules: rulesIn(files) })
  return { names: 'plain', files, prometheus, [Symbol.asyncDispose]: () => prometheus[Symbol.asyncDispose]() }
}

async function receivingServer(names: 'UnderscoreEscapingWithSuffixes' | 'NoTranslation'): Promise<Server> {
  await using started = new AsyncDisposableStack()
  const files = dashboardFiles({ names })
  const prometheus = started.use(await startPrometheus({ isWrittenTo: true, config: GLOBAL, rules: rulesIn(files) }))
  const { metricsUrl } = started.use(await startOtlpReceiver({ names, writesTo: prometheus }))
  const all = started.move()
  return { names, files, prometheus, metricsUrl, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

/** Nine look-ups of ten miss, and always will, as fast as the shop answers: what is not there is not cached. */
async function askForLostProducts(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted)
    for (const id of [1, 9001, 9002, 9003, 9004, 9005, 9006, 9007, 9008, 9009])
      await fetch(`${url}/products/${id}`, { signal }).then(
        answer => answer.arrayBuffer(),
        () => undefined,
      )
}

test('each query of the dashboards has values on servers that scrape the shop or receive its OTLP, and its alert fires on them', async () => {
  const [postgres, redis, merchant, port, stateDir] = await Promise.all([
    startPostgres({ database: 'shop', from: ['debian', 'embedded'] }),
    startRedis({ from: ['path', 'debian-packages'] }),
    startMerchant(),
    findFreePort(),
    mkdtemp(join(tmpdir(), 'shop-test-')),
  ])
  try {
    await using operator = new Operator(postgres.url, redis.url, REDIS_PREFIX)
    await operator.prepare({ products: 3000, customers: 100, orders: 1000 })
    await using scraped = await scrapingServer(port)
    await using suffixes = await receivingServer('UnderscoreEscapingWithSuffixes')
    await using dots = await receivingServer('NoTranslation')
    const servers = [scraped, suffixes, dots]
    await using relay = await startOtlpRelay(
      servers.map(({ metricsUrl }) => metricsUrl).filter(url => url !== undefined),
    )
    await using shop = await startShopProcess({
      environment: {
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        REDIS_PREFIX,
        WEBHOOK_URL: merchant.webhookUrl,
        HOMEOSTAT_STATE_DIR: stateDir,
        PORT: String(port),
        OTEL_EXPORTER_OTLP_ENDPOINT: relay.endpoint,
        OTEL_METRIC_EXPORT_INTERVAL: '2000',
      },
      onTick: () => undefined,
      onLine: () => undefined,
    })
    const closing = new AbortController()
    await using visitors = new Visitors(shop.url)
    const lost = askForLostProducts(shop.url, closing.signal)
    let load: Promise<unknown> | undefined
    try {
      for (const { prometheus } of servers) await hasFired(prometheus, 'CacheHitRatioLow', 120_000)
      load = openLoop(scheduleOf(EVERYDAY, 1, 400_000).visits, [visitors], closing.signal)
      for (const { names, files, prometheus } of servers) {
        await panelsAreFilled(prometheus, files, names)
        await rulesAreHealthy(prometheus)
      }
    } finally {
      closing.abort()
      await Promise.all([load, lost])
    }
  } finally {
    await Promise.all([merchant[Symbol.asyncDispose](), redis.stop(), postgres.stop()])
    await rm(stateDir, { recursive: true, force: true })
  }
})
