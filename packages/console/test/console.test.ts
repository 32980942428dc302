import http, { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openConsole, type Console, type OpenConsoleOptions } from '../src/index.ts'
import { MOST_VIEWERS } from '../src/server/viewers.ts'
import { shownShop, type ShownShop } from './shown-shop.ts'
import { openStream } from './stream.ts'

let shop: ShownShop
let page: Console | undefined
beforeEach(async () => {
  shop = await shownShop()
})
afterEach(async () => {
  await page?.[Symbol.asyncDispose]()
  page = undefined
  await shop[Symbol.asyncDispose]()
})

async function open(options: OpenConsoleOptions = {}): Promise<string> {
  page = await openConsole(shop.h, { port: 0, ...options })
  return page.address
}

const OURS = { 'x-homeostat-console': '1', 'content-type': 'application/json' }

/** Requests that the domain http has measured. */
function requestsMeasured(): number {
  const metrics = shop.h.instrumentations.flatMap(({ registry }) => registry.collect().metrics)
  const durations = metrics.filter(({ descriptor }) => descriptor.name === 'http.server.request.duration')
  return durations
    .flatMap(({ dataPoints }) => dataPoints as readonly { readonly value: { readonly count: number } }[])
    .reduce((sum, { value }) => sum + value.count, 0)
}

async function ticks(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick++) await shop.tick()
}

test('it answers at 127.0.0.1, and with headers that allow nothing from elsewhere', async () => {
  const address = await open()
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const response = await fetch(address)
  expect(response.status).toBe(200)
  const policy = response.headers.get('content-security-policy')!
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('access-control-allow-origin')).toBeNull()
  // A script in the page itself would be refused.
  expect(await response.text()).not.toMatch(/<script>|<style|style=| on\w+=|https?:/)
})

test('it does nothing before somebody looks, and nothing after', async () => {
  const address = await open()
  const on = vi.spyOn(shop.h.optimizer, 'on')
  const report = vi.spyOn(shop.h, 'report')
  await fetch(address)
  await ticks(3)
  expect(page!.isFollowing).toBe(false)
  expect(on).not.toHaveBeenCalled()
  expect(report).not.toHaveBeenCalled()
  const { selections } = shop.h.optimizer.store.stats

  const stream = await openStream(address)
  await stream.next('past')
  expect(page!.isFollowing).toBe(true)
  await stream[Symbol.asyncDispose]()
  await vi.waitFor(() => expect(page!.viewers).toBe(0))
  expect(page!.isFollowing).toBe(false)
  report.mockClear()
  await ticks(3)
  expect(report).not.toHaveBeenCalled()
  // The store keeps no series for it any more.
  expect(shop.h.optimizer.store.stats.selections).toBe(selections)
})

test('a viewer gets everything, and then what is new', async () => {
  await ticks(60)
  await using stream = await openStream(await open())
  expect((await stream.next('sections')).process).toMatchObject({ service: 'shop', mode: 'act' })
  const sections = await stream.next('sections')
  expect(sections.watched!.map(({ name }) => name)).toContain('shop')
  expect(sections.knobs).toContainEqual(
    expect.objectContaining({ name: 'worker.concurrency', min: 1, max: 32, value: 8, isAdjusted: false }),
  )
  const news = await stream.next('news', items => items.length > 0)
  expect(news.map(({ kind }) => kind)).toContain('alert')
  const gauges = await stream.next('gauges', all => all.some(({ series }) => series.length > 0))
  expect(gauges.find(({ name }) => name === 'CacheHitRatioLow')).toMatchObject({
    expr: 'min by (cache_name) (shop_cache_hit_ratio)',
    operator: '<',
    threshold: 0.7,
    unit: 'ratio',
    series: [{ labels: 'cache name products' }, { labels: 'cache name sessions' }],
  })
  await shop.tick()
  const { values } = await stream.next('sample')
  expect(values.length).toBeGreaterThan(10)
})

test('charts begin with what the store still has', async () => {
  await shop.run(30)
  await using stream = await openStream(await open())
  const past = await stream.next('past', ({ at }) => at.length > 5)
  expect(past.at).toEqual(past.at.toSorted((a, b) => a - b))
  for (const values of Object.values(past.values)) expect(values).toHaveLength(past.at.length)
})

test(`at most ${MOST_VIEWERS} pages look at the same time`, async () => {
  const address = await open()
  await using stack = new AsyncDisposableStack()
  for (let viewer = 0; viewer < MOST_VIEWERS; viewer++) stack.use(await openStream(address))
  const refused = await fetch(`${address}/events`)
  expect(refused.status).toBe(503)
  expect(await refused.json()).toEqual({
    error: `${MOST_VIEWERS} pages look at this process already: close one of them`,
  })
})

test('the kill switch is pressed and released from the page only', async () => {
  const address = await open()
  for (const headers of [{}, { ...OURS, origin: 'http://evil.example' }, { ...OURS, 'sec-fetch-site': 'cross-site' }]) {
    const refused = await fetch(`${address}/stop`, { method: 'POST', headers: headers as Record<string, string> })
    expect(refused.status).toBe(403)
  }
  expect((await fetch(`${address}/stop`, { headers: OURS })).status).toBe(405)
  expect(shop.h.mode).toBe('act')

  const stopped = await fetch(`${address}/stop`, { method: 'POST', headers: { ...OURS, origin: address } })
  expect(await stopped.json()).toEqual({ mode: 'off', stoppedBy: 'the console' })
  expect(shop.h.mode).toBe('off')
  await fetch(`${address}/resume`, { method: 'POST', headers: OURS })
  expect(shop.h.mode).toBe('act')
})

test('a viewer sees at once that actions are stopped', async () => {
  const address = await open()
  await using stream = await openStream(address)
  await fetch(`${address}/stop`, { method: 'POST', headers: OURS })
  await stream.next('sections', ({ process }) => process?.stoppedBy === 'the console')
})

test('a quarantine is ended by name, and anything else is refused', async () => {
  const address = await open()
  const release = vi.spyOn(shop.h, 'release').mockReturnValue(undefined)
  const post = (body: string): Promise<Response> => fetch(`${address}/release`, { method: 'POST', headers: OURS, body })
  expect((await post(JSON.stringify({ alert: 'SlowQueries', action: 'query.optimize' }))).status).toBe(200)
  expect(release).toHaveBeenCalledExactlyOnceWith('SlowQueries', 'query.optimize')
  for (const body of [
    '',
    '{',
    '[]',
    '{"alert":1,"action":"a"}',
    JSON.stringify({ alert: 'x'.repeat(5000), action: 'a' }),
  ])
    expect((await post(body)).status, body.slice(0, 20)).toBe(400)
  expect(release).toHaveBeenCalledOnce()
})

test('a trial, an alert and a tick are explained', async () => {
  await ticks(60)
  const address = await open()
  const explained = async (id: string): Promise<{ line: string }> =>
    (await fetch(`${address}/explain?id=${encodeURIComponent(id)}`)).json() as Promise<{ line: string }>
  const { id } = shop.h.report().trials[0]!
  expect((await explained(id)).line).toBe(shop.h.explain(id)!.line)
  expect((await explained('12')).line).toContain('tick 12 at')
  expect(await explained('nothing of that name')).toEqual({ error: 'nothing is known of it any more' })
  // The tick is asked for only where nothing is known of the id.
  const explain = vi.spyOn(shop.h, 'explain')
  expect(await (await fetch(`${address}/explain?id=12&entry=13`)).json()).toMatchObject({ of: '12' })
  expect(explain.mock.calls).toEqual([['12']])
  expect(await (await fetch(`${address}/explain?id=none&entry=13`)).json()).toMatchObject({ of: '13' })
})

test('a record that cannot be written is an error to the page, and none to the process', async () => {
  const address = await open()
  vi.spyOn(shop.h, 'explain').mockReturnValue({ line: 'x', record: { bytes: 1n } } as never)
  expect((await fetch(`${address}/explain?id=1`)).status).toBe(500)
  vi.spyOn(shop.h, 'report').mockImplementation(() => {
    throw new Error('of the application')
  })
  const stream = await openStream(address)
  await stream.ended
  await vi.waitFor(() => expect(page!.viewers).toBe(0))
  expect((await fetch(address)).status).toBe(200)
})

test('a tick that cannot be shown is reported, and the next one is shown', async () => {
  const faults: string[] = []
  await using stream = await openStream(await open({ onFault: text => void faults.push(text) }))
  await stream.next('past')
  vi.spyOn(shop.h, 'report').mockImplementationOnce(() => {
    throw new RangeError('of the application')
  })
  await shop.tick()
  await vi.waitFor(() => expect(faults).toEqual(['the console could not show a tick: RangeError']))
  await shop.tick()
  await stream.next('sample')
})

test.each(['/nothing', '/../package.json', '//', '/events/', '/__proto__', '/constructor', '/%00'])(
  'there is nothing at %s',
  async path => {
    const response = await fetch(`${await open()}${path}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ error: 'there is no such page' })
  },
)

test('a name that was pointed at this machine is refused', async () => {
  const { port } = new URL(await open())
  const status = await new Promise<number | undefined>((resolve, reject) => {
    http
      .get({ port, host: '127.0.0.1', path: '/events', headers: { host: 'evil.example' } }, answer => {
        answer.resume()
        resolve(answer.statusCode)
      })
      .on('error', reject)
  })
  expect(status).toBe(421)
})

test('with a token, a page without it gets its files and nothing else', async () => {
  const token = 'a token of some length'
  const address = await open({ token })
  expect((await fetch(address)).status).toBe(200)
  expect((await fetch(`${address}/events`)).status).toBe(401)
  expect((await fetch(`${address}/explain?id=1`)).status).toBe(401)
  expect((await fetch(`${address}/stop`, { method: 'POST', headers: OURS })).status).toBe(401)
  expect(shop.h.mode).toBe('act')
  await using stream = await openStream(address, { authorization: `Bearer ${token}` })
  await stream.next('hello')
})

test('where the port is taken, a free one is used', async () => {
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  const address = await open({ port })
  expect(page!.line).toBe(`console: ${address} (port ${port} is taken)`)
  expect(new URL(address).port).not.toBe(String(port))
  await new Promise(resolve => taken.close(resolve))
})

test('its requests are not those of the application', async () => {
  const seen: unknown[] = []
  const { emit } = http.Server.prototype
  const patched = vi.spyOn(http.Server.prototype, 'emit').mockImplementation(function (this: http.Server, ...args) {
    seen.push(args[0])
    return Reflect.apply(emit, this, args) as boolean
  })
  const address = await open()
  await fetch(address)
  await fetch(`${address}/explain?id=1`)
  expect(seen).toEqual([])
  patched.mockRestore()
  // The domain http hears of every server in the process.
  expect(requestsMeasured()).toBe(0)
  const own = createServer((_request, response) => response.end())
  await new Promise<void>(resolve => own.listen(0, '127.0.0.1', resolve))
  await fetch(`http://127.0.0.1:${(own.address() as AddressInfo).port}`)
  await vi.waitFor(() => expect(requestsMeasured()).toBe(1))
  await new Promise(resolve => own.close(resolve))
})

test('it closes its streams when it ends', async () => {
  const stream = await openStream(await open())
  await stream.next('hello')
  await page![Symbol.asyncDispose]()
  await stream.ended
  expect(page!.viewers).toBe(0)
})
