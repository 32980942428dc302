import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeSharedPlace, KnobPeers } from '@homeostat/conformance'
import { type Knob } from '@homeostat/optimizer'
import { knobKey } from '@homeostat/optimizer/engines'
import { startRedis } from '@homeostat/services'
import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRedisCoordinator, createRedisStateStore } from '../src/domain.ts'

const NAME = 'queue.rate'
/** Ours alone, for it is flushed and made a replica. */
const redis = await startRedis({ from: ['path', 'debian-packages'] })
const client = new Redis(redis.url, { stringNumbers: true })
client.on('error', () => {})
const stateDir = mkdtempSync(join(tmpdir(), 'homeostat-lost-'))
let value = 8

beforeEach(async () => {
  await peers.close()
  await client.flushall()
  value = 8
})
afterAll(async () => {
  await peers.close()
  client.disconnect()
  await redis.stop()
  rmSync(stateDir, { recursive: true })
})

const coordinator = createRedisCoordinator({ client, service: 'shop', timeoutMs: 5000 })
afterAll(() => coordinator[Symbol.asyncDispose]())
/** Elsewhere than in Redis; who sets it asks the coordinator whether the lease is held. */
const knob: Knob = {
  name: NAME,
  scope: 'shared',
  bounds: { min: 1, max: 50 },
  read: () => value,
  async compareAndSet(expected, next, lease) {
    if (lease) await coordinator.effect(lease, { script: 'return 1', keys: [] })
    if (value !== expected) return false
    value = next
    return true
  },
}

const peers = new KnobPeers({ knob, stateDir, service: () => 'shop', coordinator: () => coordinator })

const inTime = { timeout: 20_000, interval: 50 }

describe.each([
  ['FLUSHALL', () => client.flushall()],
  ['SCRIPT FLUSH and FLUSHDB', () => client.multi().script('FLUSH').flushdb().exec()],
  ['DEL of the lease alone', () => client.del(`homeostat:{shop}:lease:${knobKey(NAME)}`)],
])('%s', (_, lose) => {
  it('2-21: the change of a shared knob is undone, and the next one is made as if nothing had been', async () => {
    const knobs = peers.peer()
    const receipt = await peers.run(knobs, 4)
    expect(value).toBe(4)
    await lose()
    expect(await receipt.undo?.({ now: Date.now(), signal: AbortSignal.timeout(60_000) })).toEqual({
      result: 'restored',
    })
    expect(value).toBe(8)
    expect(await client.hlen('homeostat:{shop}:undo')).toBe('0')
    expect((await peers.run(knobs, 2)).effects['changed']).toBe(1)
  })

  it('2-21: the kill switch undoes it', async () => {
    let isStopped = false
    const knobs = peers.peer({ isStopped: () => isStopped })
    await peers.run(knobs, 4)
    await lose()
    isStopped = true
    await vi.waitFor(() => expect(value).toBe(8), inTime)
    await vi.waitFor(() => expect(knobs.adjusted).toEqual([]), inTime)
    expect(knobs.excludedUntil(NAME)).toBeUndefined()
  })
})

describe.each([
  ['has become a replica (READONLY)', () => client.replicaof('127.0.0.1', 1), () => client.replicaof('NO', 'ONE')],
  ['is full (OOM)', () => client.config('SET', 'maxmemory', '1'), () => client.config('SET', 'maxmemory', '0')],
  [
    'does not let us run scripts any more (NOPERM)',
    () => client.call('ACL', 'SETUSER', 'default', '-eval'),
    () => client.call('ACL', 'SETUSER', 'default', '+eval'),
  ],
])('a server that %s', (_, begin, end) => {
  it('keeps no kill switch from undoing, and forgets the change when it can again', async () => {
    let isStopped = false
    const knobs = peers.peer({ isStopped: () => isStopped })
    await peers.run(knobs, 4)
    try {
      await begin()
      isStopped = true
      await vi.waitFor(() => expect(value).toBe(8), inTime)
    } finally {
      await end()
    }
    await vi.waitFor(
      async () => expect([knobs.adjusted, await client.hlen('homeostat:{shop}:undo')]).toEqual([[], '0']),
      {
        ...inTime,
        timeout: 40_000,
      },
    )
    expect(knobs.excludedUntil(NAME)).toBeUndefined()
  }, 60_000)
})

describeSharedPlace({
  knob,
  peers,
  keeps: 'text',
  writeRecord: (key, record) => client.hset('homeostat:{shop}:undo', key, record),
  coordinator: service => createRedisCoordinator({ client, service, timeoutMs: 5000 }),
  stateStore: service => createRedisStateStore({ client, service, timeoutMs: 5000 }),
})

it('2-26: more records than any service has knobs hold nothing up, and none is out of its turn for ever', async () => {
  const foreign = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [knobKey(`foreign.${i}`), '{}']))
  await client.hset('homeostat:{shop}:undo', foreign)
  await client.hset('homeostat:{shop}:undo', knobKey(NAME), JSON.stringify({ knob: NAME, was: 9, set: [8] }))
  const knobs = peers.peer({
    sweepMs: 1,
    onFault: () => {},
  })
  await knobs.start()
  await vi.waitFor(() => expect(value).toBe(9), { timeout: 60_000 })
})

it('2-23: services whose names differ have hash tags of their own', async () => {
  const services = ['shop', 'Shop', 'a}', 'a}:lease:x', '{}', '', ' ', '\ud800', '\ud801']
  const stores = services.map(service => createRedisStateStore({ client, service, timeoutMs: 5000 }))
  for (const store of stores) await store.write('forecasts', '1')
  const tags = (await client.keys('homeostat:*:state:*')).map(key => /\{([^}]+)\}/.exec(key)?.[1])
  expect(new Set(tags).size).toBe(services.length)
})
