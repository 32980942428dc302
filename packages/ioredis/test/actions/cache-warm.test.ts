import { setTimeout as delay } from 'node:timers/promises'
import type { ActionContext } from '@homeostat/optimizer'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CacheLoader } from '../../src/domain.ts'
import { ioredis } from '../../src/domain.ts'
import { countsOf } from '../counts.ts'

let server: Server
let client: Redis
beforeAll(async () => {
  server = await startRedis()
})
beforeEach(() => {
  client = new Redis(server.url, { keyPrefix: `${crypto.randomUUID()}:` })
  return () => client.disconnect()
})
afterAll(() => server.stop())

const context = (signal = new AbortController().signal, labels: Record<string, string> = {}): ActionContext => ({
  firing: { alert: 'CacheHitRatioLow', labels, annotations: {}, value: 0.2, since: 0 },
  options: undefined,
  now: 0,
  signal,
  sliceMs: 10,
})
const loader = (parts: Partial<CacheLoader> = {}): CacheLoader => ({
  name: 'products',
  client,
  keys: () => Array.from({ length: 20 }, (_, i) => `product-${i}`),
  load: async key => `value of ${key}`,
  ttlSeconds: 100,
  perSecond: 10_000,
  ...parts,
})
const warmOf = (...loaders: CacheLoader[]) => ioredis({ loaders }).actions[0]!

async function* endlessKeys(): AsyncGenerator<string> {
  for (let i = 0; ; i++) yield `k${i}`
}

test('missing keys are loaded, each with its own lifetime, and present ones stay as they are', async () => {
  await client.set('product-3', 'newer')
  const partial = loader({ load: async key => (key === 'product-5' ? undefined : Buffer.from(key)) })
  const receipt = await warmOf(partial).run(context())
  expect(receipt.effects).toEqual({ loaded: 18, skipped: 1, missing: 1, failed: 0 })
  expect(await client.get('product-3')).toBe('newer')
  expect(await client.get('product-4')).toBe('product-4')
  expect(await client.exists('product-5')).toBe(0)
  const lifetimes = await Promise.all(Array.from({ length: 20 }, (_, i) => client.ttl(`product-${i}`)))
  for (const seconds of lifetimes.filter((_, i) => i !== 3 && i !== 5)) {
    expect(seconds).toBeGreaterThanOrEqual(88)
    expect(seconds).toBeLessThanOrEqual(110)
  }
  expect(new Set(lifetimes).size).toBeGreaterThan(3)
})

test('a value that the application writes while we load is not overwritten', async () => {
  const load = async (key: string) => {
    await client.set(key, 'newer')
    return 'older'
  }
  const receipt = await warmOf(loader({ load, keys: () => ['x'] })).run(context())
  expect(receipt.effects).toEqual({ loaded: 0, skipped: 1, missing: 0, failed: 0 })
  expect(await client.get('x')).toBe('newer')
})

test('two runs at the same time load each key once', async () => {
  let loads = 0
  const load = async (): Promise<string> => {
    loads++
    await delay(20)
    return 'value'
  }
  const warm = warmOf(loader({ load, keys: () => ['a', 'b', 'c', 'd'] }))
  const [first, second] = await Promise.all([warm.run(context()), warm.run(context())])
  expect(loads).toBe(4)
  expect([first.effects['loaded'], second.effects['loaded']]).toEqual([4, 0])
  expect(second.effects['skipped']).toBe(4)
})

test('a loader that fails stops neither the others nor its own other keys, and no message gets into the receipt', async () => {
  const flaky = loader({
    load: async key => {
      if (key === 'product-7') throw new TypeError(`cannot load ${key}`)
      return 'value'
    },
  })
  const broken = loader({
    name: 'broken',
    keys: () => {
      throw new RangeError('no product-99')
    },
  })
  const receipt = await warmOf(broken, flaky).run(context())
  expect(receipt.effects).toEqual({ loaded: 19, skipped: 0, missing: 0, failed: 2 })
  expect(receipt.problems).toEqual(['broken: 1 failed (RangeError)', 'products: 1 failed (TypeError)'])
  expect(JSON.stringify(receipt)).not.toContain('product-')
})

test('the rate and the number of keys are bounded, also for keys without end', async () => {
  const startedAt = performance.now()
  const receipt = await warmOf(loader({ keys: endlessKeys, maxKeys: 30, perSecond: 100, concurrency: 4 })).run(
    context(),
  )
  expect(receipt.effects['loaded']).toBe(30)
  // 4 at once, then one each 10 ms.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(250)
})

test('at the abort it returns at once what was done so far, also when the loader hangs, and writes nothing more', async () => {
  const controller = new AbortController()
  const { promise: hanging, resolve: release } = Promise.withResolvers<string>()
  const load = async (key: string): Promise<string> => (key === 'k3' ? hanging : 'value')
  const running = warmOf(loader({ load, keys: () => ['k0', 'k1', 'k2', 'k3', 'k4'], concurrency: 1 })).run(
    context(controller.signal),
  )
  await expect.poll(() => client.exists('k2')).toBe(1)
  controller.abort()
  const receipt = await running
  expect(receipt.effects).toEqual({ loaded: 3, skipped: 0, missing: 0, failed: 0 })
  expect(receipt.summary).toContain('stopped early')
  release('late')
  await delay(50)
  expect(await client.exists('k3', 'k4')).toBe(0)
})

test('only the loaders of the cache that the alert names run', async () => {
  const domain = ioredis()
  using sessions = domain.register(loader({ name: 'sessions', cache: 'sessions', keys: () => ['s'] }))
  using products = domain.register(loader({ keys: () => ['p'] }))
  const [warm] = domain.actions
  const receipt = await warm!.run(context(undefined, { homeostat_cache_name: 'redis' }))
  expect(receipt.effects['loaded']).toBe(1)
  expect(await client.exists('s')).toBe(0)
  expect([sessions, products]).toHaveLength(2)
})

test('without a loader the receipt says how to add one', async () => {
  const domain = ioredis()
  domain.register(loader())[Symbol.dispose]()
  const receipt = await domain.actions[0]!.run(context())
  expect(receipt.summary).toContain('register(')
  expect(Object.values(receipt.effects).every(count => count === 0)).toBe(true)
})

test('warming does not count as a lookup', async () => {
  const domain = ioredis({ loaders: [loader()] })
  domain.instrumentation.enable()
  await domain.actions[0]!.run(context())
  domain.instrumentation.disable()
  expect(countsOf(domain.instrumentation)).toEqual({ hit: 0, miss: 0 })
})

test('keys that repeat for ever neither hold the process nor load anything twice', async () => {
  function* same(): Generator<string> {
    for (;;) yield 'one'
  }
  async function* slowlySame(): AsyncGenerator<string> {
    for (;;) yield 'two'
  }
  let turns = 0
  const turning = setInterval(() => turns++, 1)
  for (const keys of [same, slowlySame]) {
    const receipt = await warmOf(loader({ keys })).run(context())
    expect(receipt.effects).toEqual({ loaded: 1, skipped: 0, missing: 0, failed: 1 })
    expect(receipt.problems?.join()).toContain('HOMEOSTAT_UNUSABLE_LOADER')
  }
  clearInterval(turning)
  expect(turns).toBeGreaterThan(0)
})

const throwing = (): never => {
  throw Object.create(null)
}
const hostile: [string, unknown][] = [
  ['a text', 'abc'],
  ['null', null],
  ['a number', 5],
  ['objects', [{}, { toString: throwing }]],
  ['symbols', [Symbol('x')]],
  ['a list whose items throw', Object.defineProperty([], 0, { get: throwing })],
  ['a proxy', new Proxy([], { get: throwing })],
  ['an iterator that throws', { [Symbol.iterator]: throwing }],
  ['an iterator without an end', { [Symbol.asyncIterator]: () => ({ next: () => ({ value: 5 }) }) }],
]

test.each(hostile)('keys() that returns %s loads nothing and is counted as failed', async (_, keys) => {
  const receipt = await warmOf(loader({ keys: () => keys as string[] })).run(context())
  expect(receipt.effects).toMatchObject({ loaded: 0, failed: 1 })
  expect(await client.keys(`${client.options.keyPrefix}*`)).toEqual([])
})

test.each<[string, unknown, 'failed' | 'missing']>([
  ['an object', {}, 'failed'],
  ['a list', ['a'], 'failed'],
  ['a symbol', Symbol('x'), 'failed'],
  ['a function', () => 'x', 'failed'],
  ['an object whose text throws', { toString: throwing }, 'failed'],
  ['null', null, 'missing'],
])('load() that returns %s writes nothing that the application would read', async (_, value, outcome) => {
  const receipt = await warmOf(loader({ load: async () => value as string })).run(context())
  expect(receipt.effects).toMatchObject({ loaded: 0, [outcome]: 20 })
  expect(await client.exists('product-1')).toBe(0)
})
