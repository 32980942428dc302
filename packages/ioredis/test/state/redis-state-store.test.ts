import { describeStateStore } from '@homeostat/conformance'
import { startRedis, TcpProxy } from '@homeostat/services'
import { afterAll, expect, it } from 'vitest'
import { createRedisStateStore, ioredis } from '../../src/domain.ts'
import { majors } from '../clients.ts'
import { countsOf } from '../counts.ts'

const DAY_MS = 86_400_000
/** A slow machine may need several attempts within the short timeout of the test. */
const PATIENCE = { timeout: 20_000 }
const redis = await startRedis()
const program = [new URL('../fixtures/idle-state-store.ts', import.meta.url).pathname, 'server', redis.url]
const [newest] = majors.slice(-1)
const admin = new newest!.Redis(redis.url)
const keyOf = (service: string, key: string): string => `homeostat:{${service}}:state:${key}`

for (const { major, Redis } of majors) {
  // The application's clients change keys and numbers of theirs; ours stay as they were written.
  const client = new Redis(redis.url, { keyPrefix: 'app:', stringNumbers: true })
  const nowhere = new Redis({ host: '127.0.0.1', port: 1, lazyConnect: true })
  afterAll(() => {
    client.disconnect()
    nowhere.disconnect()
  })

  describeStateStore(`Redis through ${major}`, {
    create: service => createRedisStateStore({ client, service }),
    unreachable: service => createRedisStateStore({ client: nowhere, service, timeoutMs: 300 }),
    program,
    plant: async (service, key, text) => void (await admin.set(keyOf(service, key), text)),
  })
}

afterAll(async () => {
  admin.disconnect()
  await redis.stop()
})

it('forgets a text ninety days after it was last written', async () => {
  const store = createRedisStateStore({ client: admin, service: 'shop' })
  await store.write('forecasts', 'a')
  await admin.pexpire(keyOf('shop', 'forecasts'), 1_000)
  await store.write('forecasts', 'b')
  const left = await admin.pttl(keyOf('shop', 'forecasts'))
  expect(left).toBeGreaterThan(89 * DAY_MS)
  expect(left).toBeLessThanOrEqual(90 * DAY_MS)
})

it('has a connection only while it reads or writes, and refuses when it is closed', async () => {
  const store = createRedisStateStore({ client: admin, service: 'shop' })
  await store.write('forecasts', 'a')
  await store.read('forecasts')
  await expect.poll(() => admin.client('LIST')).not.toContain('name=homeostat')
  await store[Symbol.asyncDispose]()
  await expect(store.read('forecasts')).rejects.toThrow('it is closed')
})

it('waits for a server that hangs no longer than its timeout, and goes on when it answers again', async () => {
  // The wire is held rather than the server paused for a while: how long a pause lasts must not decide what a test sees.
  await using wire = await TcpProxy.to(redis)
  const client = new newest!.Redis(wire.through(redis.url))
  const store = createRedisStateStore({ client, service: 'hangs', timeoutMs: 500 })
  await expect.poll(async () => store.write('forecasts', 'a').then(() => 'written', String), PATIENCE).toBe('written')
  wire.set('stalled')
  // The wait for the connection and the wait for the answer have the same limit, so either may end first.
  await expect(store.write('forecasts', 'b')).rejects.toThrow(/no answer within 500 ms|there is no connection/)
  wire.set('open')
  await expect
    .poll(async () => store.write('forecasts', 'c').then(() => store.read('forecasts'), String), PATIENCE)
    .toBe('c')
  client.disconnect()
})

it('keeps state where the application has its own, unseen in its hit rate and never taken for one of its clients', async () => {
  const domain = ioredis()
  domain.instrumentation.enable()
  const app = new newest!.Redis(redis.url)
  await app.get('nothing')
  const found = domain.stateStores?.('shop') ?? []
  expect([...new Set(found.map(({ address }) => address))]).toEqual([`127.0.0.1:${redis.port}/0`])
  const store = found[0]!.create()
  expect(store.name).toBe(`redis 127.0.0.1:${redis.port}/0`)
  // More often than clients are remembered.
  for (let i = 0; i < 40; i++) await store.write('secret-key', 'secret-text')
  expect(await store.read('secret-key')).toBe('secret-text')

  const { clients } = domain.instrumentation
  expect(clients.some(client => Object.is(client, app))).toBe(true)
  expect(clients.map(({ options }) => options.connectionName)).not.toContain('homeostat')
  expect(JSON.stringify(domain.instrumentation.registry.collect())).not.toContain('secret')
  expect(countsOf(domain.instrumentation)).toEqual({ hit: 0, miss: 1 })
  app.disconnect()
  domain.instrumentation.disable()
})
