import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dashboardFiles } from '@homeostat/dashboards'
import { compile } from '@homeostat/promql'
import { findFreePort, type Prometheus, startPostgres, startPrometheus, startRedis } from '@homeostat/services'
import { expect, test } from 'vitest'
import { Operator } from '../src/demo/operator.ts'
import { startShopProcess } from '../src/demo/shop-process.ts'
import { startMerchant } from '../src/load/merchant.ts'
import { openLoop } from '../src/load/open-loop.ts'
import { scheduleOf } from '../src/load/schedule.ts'
import { EVERYDAY } from '../src/load/troubles.ts'
import { Visitors } from '../src/load/visitors.ts'

const REDIS_PREFIX = 'shop-dashboards:'

const config = (port: number): string => `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs:
  - { job_name: shop, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }
`

/** Asks the HTTP API of a Prometheus server. */
async function ask<T>({ address }: Prometheus, path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
  const answer = await fetch(`${address}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`)
  const { status, error, data } = (await answer.json()) as { status: string; error?: string; data: T }
  expect(status, `${parameters['query'] ?? path}: ${error}`).toBe('success')
  return data
}

/** The PromQL of each panel, as Grafana would send it for the shop. */
function queriesOf(text: string): { readonly panel: string; readonly expr: string }[] {
  const { title, panels } = JSON.parse(text) as {
    readonly title: string
    readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[]
  }
  return panels.flatMap(panel =>
    (panel.targets ?? []).map(({ expr }) => ({
      panel: `${title}: ${panel.title}`,
      expr: expr
        .replaceAll('$__rate_interval', '15s')
        .replaceAll('$__range', '2m')
        .replaceAll('"$job"', '"shop"')
        .replaceAll('"$instance"', '".*"'),
    })),
  )
}

/** Whether the shop has every series that a query selects. */
async function hasSignal(prometheus: Prometheus, expr: string): Promise<boolean> {
  for (const { matches } of compile(expr).selectors) {
    const matchers = matches.map(({ label, operator, value }) => `${label}${operator}${JSON.stringify(value)}`)
    const found = await ask<readonly unknown[]>(prometheus, 'series', { 'match[]': `{${matchers.join()}}` })
    if (found.length === 0) return false
  }
  return true
}

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
      const queries = files.filter(({ path }) => path.startsWith('grafana/')).flatMap(({ text }) => queriesOf(text))
      await operator.emptyProductCache()
      await settled(prometheus, queries)
      const groups = await ask<{ groups: readonly { rules: readonly { name: string; health: string }[] }[] }>(
        prometheus,
        'rules',
        {},
      )
      const unhealthy = groups.groups.flatMap(group => group.rules.filter(({ health }) => health !== 'ok'))
      expect(unhealthy).toEqual([])
    } finally {
      closing.abort()
      await load
    }
  } finally {
    await Promise.all([merchant[Symbol.asyncDispose](), redis.stop(), postgres.stop()])
    await rm(stateDir, { recursive: true, force: true })
  }
})

/** Panels that a shop fills on any day, and, once its cache was emptied, those of what is done about it. */
const EXPECTED = [
  'Homeostat overview: Requests',
  'Homeostat overview: Cache hit ratio',
  'Homeostat overview: Alerts firing',
  'Homeostat overview: Runs of actions',
  'Homeostat: decisions and verdicts: Mode',
  'Homeostat: decisions and verdicts: Alerts that fire',
  'Homeostat: decisions and verdicts: Decisions',
  'Homeostat: decisions and verdicts: Runs',
  'Homeostat: decisions and verdicts: What is left',
  'Homeostat: decisions and verdicts: Duration of ticks',
  'Homeostat: event loop, memory, CPU: Delay',
  'Homeostat: event loop, memory, CPU: Share of the limit',
  'Homeostat: HTTP and the network: Duration, 95th percentile',
  'Homeostat: HTTP and the network: Bytes',
  'Homeostat: Postgres: Duration',
  'Homeostat: Postgres: Connections: limit, busy and needed',
  'Homeostat: Postgres: Connections held by',
  'Homeostat: caches: Hit ratio',
  'Homeostat: caches: Look-ups in the time that is shown',
  'Homeostat: queues: Jobs by state',
  'Homeostat: queues: Attempts',
  'Homeostat: queues: Oldest waiting job',
]

/** Waits until every query whose signal is there has values, and checks that most panels are among them. */
async function settled(prometheus: Prometheus, queries: ReturnType<typeof queriesOf>): Promise<void> {
  const deadline = Date.now() + 120_000
  for (;;) {
    const empty: string[] = []
    const filled = new Set<string>()
    for (const { panel, expr } of queries) {
      const { result } = await ask<{ result: readonly unknown[] }>(prometheus, 'query', { query: expr })
      if (result.length > 0) filled.add(panel)
      else if (await hasSignal(prometheus, expr)) empty.push(`${panel}: ${expr}`)
    }
    if (empty.length === 0 && EXPECTED.every(panel => filled.has(panel))) return
    if (Date.now() > deadline)
      expect({ empty, filled: EXPECTED.filter(panel => filled.has(panel)) }).toEqual({ empty: [], filled: EXPECTED })
    await sleep(2000)
  }
}
