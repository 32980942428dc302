import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dashboardFiles } from '@homeostat/dashboards'
import { findFreePort, startPostgres, startPrometheus, startRedis } from '@homeostat/services'
import { test } from 'vitest'
import { Operator } from '../src/demo/operator.ts'
import { startShopProcess } from '../src/demo/shop-process.ts'
import { startMerchant } from '../src/load/merchant.ts'
import { openLoop } from '../src/load/open-loop.ts'
import { scheduleOf } from '../src/load/schedule.ts'
import { EVERYDAY } from '../src/load/troubles.ts'
import { Visitors } from '../src/load/visitors.ts'
import { panelsAreFilled, rulesAreHealthy } from './shown-panels.ts'

const REDIS_PREFIX = 'shop-dashboards:'

const config = (port: number): string => `
global: { scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s }
rule_files: [rules.yml]
scrape_configs:
  - { job_name: shop, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }
`

test('each query of the dashboards runs on a Prometheus that has scraped the shop, and has values where the shop has the signal', async () => {
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
    await using shop = await startShopProcess({
      environment: {
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        REDIS_PREFIX,
        WEBHOOK_URL: merchant.webhookUrl,
        HOMEOSTAT_STATE_DIR: stateDir,
        PORT: String(port),
      },
      onTick: () => undefined,
      onLine: () => undefined,
    })
    const files = dashboardFiles()
    const rules = files.find(({ path }) => path === 'prometheus/homeostat.rules.yml')!.text
    await using prometheus = await startPrometheus({ config: config(port), rules })
    const closing = new AbortController()
    await using visitors = new Visitors(shop.url)
    const load = openLoop(scheduleOf(EVERYDAY, 1, 180_000).visits, [visitors], closing.signal)
    try {
      await operator.emptyProductCache()
      await panelsAreFilled(prometheus, files)
      await rulesAreHealthy(prometheus)
    } finally {
      closing.abort()
      await load
    }
  } finally {
    await Promise.all([merchant[Symbol.asyncDispose](), redis.stop(), postgres.stop()])
    await rm(stateDir, { recursive: true, force: true })
  }
})
