import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LedgerEntry, PerformanceMetrics } from 'homeostat'
import type { Postgres, Redis } from '@homeostat/services'
import { startPostgres, startRedis } from '@homeostat/services'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ShopProcess } from '../src/demo/shop-process.ts'
import { startShopProcess } from '../src/demo/shop-process.ts'
import type { Merchant } from '../src/load/merchant.ts'
import { startMerchant } from '../src/load/merchant.ts'
import { ROUTES } from '../src/load/visit.ts'
import { Operator } from '../src/demo/operator.ts'

let postgres: Postgres
let redis: Redis
let merchant: Merchant
let shop: ShopProcess
let stateDir: string
const said: string[] = []
const ticks: LedgerEntry[] = []
const redisPrefix = 'shop-test:'

beforeAll(async () => {
  // Of our own, because these tests stop them.
  ;[postgres, redis, merchant] = await Promise.all([
    startPostgres({ database: 'shop', from: ['debian', 'embedded'] }),
    startRedis({ from: ['path', 'debian-packages'] }),
    startMerchant(),
  ])
  stateDir = await mkdtemp(join(tmpdir(), 'shop-test-'))
  await using operator = new Operator(postgres.url, redis.url, redisPrefix)
  await operator.prepare({ products: 3000, customers: 10, orders: 100 })
  shop = await startShopProcess({
    environment: {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      REDIS_PREFIX: redisPrefix,
      WEBHOOK_URL: merchant.webhookUrl,
      HOMEOSTAT_STATE_DIR: stateDir,
      PORT: '0',
    },
    onTick: entry => void ticks.push(entry),
    onLine: line => void said.push(line),
  })
})

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]()
  await merchant?.[Symbol.asyncDispose]()
  await redis?.stop()
  await postgres?.stop()
  await rm(stateDir, { recursive: true, force: true })
})

const get = (path: string): Promise<Response> => fetch(shop.url + path)
const order = (): Promise<Response> =>
  fetch(`${shop.url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customerId: 1, productId: 1 }),
  })
const poll = { timeout: 20_000, interval: 250 }

describe('the shop', () => {
  it('sells', async () => {
    expect(await (await get('/products/7')).json()).toMatchObject({ id: 7, name: 'Product 7' })
    expect((await get('/products/99999')).status).toBe(404)
    const bought = await order()
    expect(bought.status).toBe(201)
    const { orderId, announced } = (await bought.json()) as { orderId: string; announced: boolean }
    expect(announced).toBe(true)
    expect(await (await get('/orders?customer=1&status=paid')).json()).toContainEqual(
      expect.objectContaining({ id: orderId }),
    )
    expect((await get('/orders?customer=everybody&status=paid')).status).toBe(400)
  })

  it('makes the page of the sale, and invoices of the latest orders', async () => {
    const page = await (await get('/sale')).text()
    expect(page.match(/class="offer"/g)).toHaveLength(400)
    const billed = await fetch(`${shop.url}/invoices`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ count: 1 }),
    })
    expect([billed.status, await billed.json()]).toEqual([202, { invoices: 1 }])
  })

  it('counts what it receives by route, whatever it answers', async () => {
    const received = async (): Promise<Record<string, number>> =>
      (await (await get('/received')).json()) as Record<string, number>
    const before = await received()
    await Promise.all([get('/products/7'), get('/products/99999'), get('/products/none')])
    const { [ROUTES.product]: after, [ROUTES.front]: others } = await received()
    expect(after).toBe((before[ROUTES.product] ?? 0) + 3)
    expect(others).toBe(before[ROUTES.front])
  })

  it('shows the values of its knobs', async () => {
    const { knobs } = (await (await get('/knobs')).json()) as { knobs: Record<string, number> }
    expect(knobs).toMatchObject({ 'shop.offersPerPage': 400, 'shop.recommendations': 0, 'shop.placebo': 0 })
    expect(knobs).toHaveProperty('worker.concurrency')
  })

  it('knows its visitors again', async () => {
    const session = (await get('/')).headers.get('x-session')!
    const again = await fetch(shop.url, { headers: { 'x-session': session } })
    expect(again.headers.get('x-session')).toBe(session)
  })

  it('shows Prometheus the signals of Homeostat beside those of other instrumentations', async () => {
    const expected = [
      // From the shop's own instrumentation, which was there before.
      'http_client_request_duration_count{',
      'homeostat_cache_requests_total{homeostat_cache_name="redis",homeostat_cache_result="hit"',
      'homeostat_cache_requests_total{homeostat_cache_name="memory",homeostat_cache_result="hit"',
      'homeostat_memory_utilization{homeostat_memory_area="heap"',
      'db_client_operation_duration_count{',
      'db_client_connection_count{',
      'bullmq_queue_jobs{bullmq_queue_name="webhook"',
      'homeostat_heartbeat_total',
      'shop_product_requests_total',
    ]
    const missing = async (): Promise<string[]> => {
      const text = await (await get('/metrics')).text()
      return expected.filter(series => !text.includes(series))
    }
    await expect.poll(missing, poll).toEqual([])
  })

  it('reports its performance in one answer', async () => {
    const ask = async (): Promise<PerformanceMetrics> =>
      (await get('/performance')).json() as Promise<PerformanceMetrics>
    await expect.poll(async () => (await ask()).application?.queueSizes, poll).toHaveProperty('webhook')
    const metrics = await ask()
    expect(metrics.failures).toEqual([])
    expect(Object.keys(metrics.application!.queueSizes).toSorted()).toEqual([
      'analytics',
      'invoices',
      'notifications',
      'webhook',
    ])
    expect(metrics.application!.cacheHitRates).toMatchObject({ redis: expect.any(Number), memory: expect.any(Number) })
    expect(metrics.database!.pools).not.toEqual({})
  })

  it('hands every tick to the process that started it', async () => {
    await expect.poll(() => ticks.length, poll).toBeGreaterThan(2)
    expect(ticks.at(-1)).toMatchObject({ mode: 'act', failures: [] })
  })
})

describe('when a server dies, the shop', () => {
  it('goes on without Redis, reports it once, and uses it again when it is back', async () => {
    const { port } = redis
    await redis.stop()
    await expect.poll(async () => (await get('/health')).json(), poll).toMatchObject({ redis: false })
    expect(await (await get('/products/8')).json()).toMatchObject({ id: 8 })
    const bought = await order()
    expect([bought.status, ((await bought.json()) as { announced: boolean }).announced]).toEqual([201, false])

    redis = await startRedis({ port, from: ['path', 'debian-packages'] })
    await expect.poll(async () => (await get('/health')).json(), poll).toMatchObject({ redis: true })
    await expect.poll(async () => ((await (await order()).json()) as { announced: boolean }).announced, poll).toBe(true)
    expect(said.filter(line => line.includes('Redis at'))).toEqual([
      expect.stringMatching(
        /^shop: Redis at 127\.0\.0\.1:\d+ does not answer \(\S+\): serving without it until it is back$/,
      ),
      expect.stringMatching(/^shop: Redis at 127\.0\.0\.1:\d+ is back$/),
    ])
  })

  it('answers 503 to what needs Postgres, serves the rest, and recovers', async () => {
    const { port, password } = postgres
    await get('/products/9')
    await postgres.stop()
    await expect.poll(async () => (await get('/orders?customer=1&status=paid')).status, poll).toBe(503)
    // From the cache.
    expect((await get('/products/9')).status).toBe(200)
    expect((await get('/')).status).toBe(200)
    expect((await get('/metrics')).status).toBe(200)

    postgres = await startPostgres({ database: 'shop', port, password, from: ['debian', 'embedded'] })
    await using operator = new Operator(postgres.url, redis.url, redisPrefix)
    await operator.prepare({ products: 3000, customers: 10, orders: 100 })
    await expect.poll(async () => (await get('/orders?customer=1&status=paid')).status, poll).toBe(200)
    expect(said.filter(line => line.includes('Postgres at'))).toHaveLength(2)
  })
})
