import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { DAY, START } from '../machine.ts'
import { backfilled, Bench, startServer, type Answer } from './backfill-fixture.ts'

const NOW = START + DAY
const options = (url: string): { url: string; days: number } => ({ url, days: 1 })
const TARGETS = { a: 'load', b: 'max(load)', c: 'load * 2' }
const fine: Answer = { valueAt: ms => (ms % 7) / 10 }

test('an unreachable server is reported once, and all targets continue with their own observations', async () => {
  const server = await startServer(() => fine)
  await server[Symbol.asyncDispose]()
  const bench = new Bench()
  const results = await backfilled(bench, options(server.url.replace('//', '//me:secret@')), TARGETS, NOW)

  expect(results.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed'])
  expect(bench.faults.map(({ message }) => message)).toEqual([
    `forecast: the history of a, b, c could not be read, so they continue with their own observations: ${server.url}/: cannot be reached: ECONNREFUSED`,
  ])
  expect(bench.open).toEqual([])
})

test('an address or a header that is not valid is reported without its secrets', async () => {
  const told = async (bad: object): Promise<string> => {
    const bench = new Bench()
    await backfilled(bench, { ...options('http://127.0.0.1:1'), ...bad }, TARGETS, NOW)
    expect(bench.faults).toHaveLength(1)
    const [{ message, cause }] = bench.faults as [Error]
    return `${message} ${String(Object.values(cause as object))} ${(cause as Error).stack}`
  }
  for (const bad of [
    { url: 'user:secret@host' },
    { url: 'http://user:secret@host:port' },
    { url: 'ftp://user:secret@host' },
    { headers: { authorization: 'Bearer secret\nsecret' } },
    { url: 'http://127.0.0.1:1/?token=secret' },
  ])
    expect(await told(bad)).not.toContain('secret')
})

test('a wrong path, and a refused password, end it at once', async () => {
  for (const status of [404, 401]) {
    await using server = await startServer(() => ({ status }))
    const bench = new Bench()
    await backfilled(bench, options(server.url), TARGETS, NOW)
    expect(bench.faults.map(({ message }) => message)).toEqual([expect.stringContaining(`HTTP status ${status}`)])
    expect(server.asked).toHaveLength(1)
  }
})

test('a query that the server refuses does not stop the others', async () => {
  await using server = await startServer(({ params }) =>
    params.get('query') === 'max(max(load))' ? { status: 422, error: 'too many samples' } : fine,
  )
  const bench = new Bench()
  const results = await backfilled(bench, options(server.url), TARGETS, NOW)
  expect(results.map(({ outcome }) => outcome)).toEqual(['filled', 'failed', 'filled'])
  expect(bench.faults).toMatchObject([
    { code: 'HOMEOSTAT_FORECAST_BACKFILL', message: expect.stringContaining('the history of b could') },
  ])
})

test('a busy server is asked again after the time it wants', async () => {
  const times: number[] = []
  await using server = await startServer((_, index) => {
    times.push(performance.now())
    if (index === 1) return { status: 429, headers: { 'retry-after': '1' } }
    return index === 2 ? { status: 503 } : fine
  })
  const bench = new Bench()
  const [result] = await backfilled(bench, options(server.url), { a: 'load' }, NOW)
  expect(result?.outcome).toBe('filled')
  expect(times[2]! - times[1]!).toBeGreaterThan(990)
})

test('one that wants to be left alone for long is, and one that is down is given up', async () => {
  await using busy = await startServer(() => ({ status: 429, headers: { 'retry-after': '3600' } }))
  const bench = new Bench()
  await backfilled(bench, options(busy.url), TARGETS, NOW)
  expect(busy.asked).toHaveLength(1)
  expect(bench.faults).toHaveLength(1)

  await using down = await startServer(() => ({ status: 502 }))
  const other = new Bench()
  const results = await backfilled(other, options(down.url), TARGETS, NOW)
  // Three attempts at each of two targets, then no more.
  expect(down.asked).toHaveLength(6)
  expect(results.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed'])
  expect(other.faults).toHaveLength(2)
})

test('it ends when its time is over', async () => {
  await using server = await startServer(() => new Promise<Answer>(() => {}))
  const bench = new Bench()
  await backfilled(bench, { ...options(server.url), totalTimeoutMs: 50 }, TARGETS, NOW)
  expect(bench.faults.map(({ message }) => message)).toEqual([expect.stringContaining('took longer than 50 ms')])
  expect(bench.open).toEqual([])
})

test('a user and password, and headers, are sent with every request', async () => {
  await using server = await startServer(() => fine)
  const url = server.url.replace('//', '//123:gl%40c@')
  const bench = new Bench()
  await backfilled(bench, { ...options(`${url}/api/prom`), headers: { 'X-Scope-OrgID': 'shop' } }, { a: 'load' }, NOW)
  expect(bench.faults).toEqual([])
  expect(server.asked.map(({ path }) => path)).toEqual([
    '/api/prom/api/v1/label/__name__/values',
    '/api/prom/api/v1/query_range',
    '/api/prom/api/v1/query_range',
  ])
  for (const { headers } of server.asked) {
    expect(headers.authorization).toBe(`Basic ${Buffer.from('123:gl@c').toString('base64')}`)
    expect(headers['x-scope-orgid']).toBe('shop')
  }
})

test('an endless answer is not read to its end', async () => {
  await using server = await startServer(() => ({ status: 200, error: 'x'.repeat(5_000_000) }))
  const bench = new Bench()
  await backfilled(bench, options(server.url), { a: 'load' }, NOW)
  expect(bench.faults.map(({ message }) => message)).toEqual([expect.stringContaining('more than 4194304 bytes')])
})

test('a process that has nothing else to do ends between two requests', async () => {
  await using server = await startServer(() => ({ status: 503 }))
  const module = new URL('../../src/loop/backfill.ts', import.meta.url).href
  const script = `
    const { startBackfill } = await import(${JSON.stringify(module)})
    const rebuild = () => ({ observe() {}, finish() {}, cancel() {} })
    const targets = [{ name: 'a', expr: 'load' }]
    startBackfill({ url: ${JSON.stringify(server.url)} }, { targets, rebuild, now: 1e12, pausesMs: [60_000], onFault: console.log })
    // What the application itself does; a request that is under way is waited for.
    setTimeout(() => {}, 200)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  // It would have asked again, and told a fault.
  expect(server.asked).toHaveLength(1)
  expect(stdout).toBe('')
})
