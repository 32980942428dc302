import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KnobPeers } from '@homeostat/conformance'
import type { Knob } from '@homeostat/optimizer'
import { startRedis } from '@homeostat/services'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRedisCoordinator } from '../src/domain.ts'

const redis = await startRedis()
const client = new Redis(redis.url)
const stateDir = await mkdtemp(join(tmpdir(), 'homeostat-knob-lease-'))
const LEASE_MS = 6000
let service: string
let value: number

const knob: Knob = {
  name: 'queue.rate',
  scope: 'shared',
  bounds: { min: 1, max: 50 },
  read: () => value,
  compareAndSet(expected, next) {
    if (value !== expected) return false
    value = next
    return true
  },
}

beforeEach(() => {
  service = randomUUID()
  value = 8
})
afterEach(() => peers.close())
afterAll(async () => {
  client.disconnect()
  await rm(stateDir, { recursive: true, force: true })
  await redis.stop()
})

const peers = new KnobPeers({
  knob,
  stateDir,
  service: () => service,
  coordinator: () => createRedisCoordinator({ client, service }),
  leaseMs: LEASE_MS,
})

const loseData = async (): Promise<void> => {
  await client.del(await client.keys(`homeostat:{${service}}:*`))
}

it('lets one process at a time have a shared knob', async () => {
  const [one, other] = [peers.peer(), peers.peer()]
  const receipt = await peers.run(one, 4)
  expect((await peers.run(other, 2)).problems?.[0]).toMatch(/held by another process/)
  expect(value).toBe(4)
  await receipt.undo?.({ now: Date.now(), signal: AbortSignal.timeout(5000) })
  expect((await peers.run(other, 2)).effects['changed']).toBe(1)
  await other.close()
  expect(value).toBe(8)
})

it('undoes the change by itself when the coordinator has forgotten the lease', async () => {
  const knobs = peers.peer()
  const receipt = await peers.run(knobs, 4)
  await loseData()
  await vi.waitFor(async () => expect(await receipt.renew?.()).toBe(false), { timeout: 20_000, interval: 100 })
  expect(value).toBe(8)
  expect(knobs.excludedUntil(knob.name)).toBeUndefined()
})

it('keeps the whole fleet from a knob that a person has set, until it is lifted', async () => {
  const [one, other] = [peers.peer(), peers.peer()]
  const receipt = await peers.run(one, 4)
  value = 6
  expect((await receipt.undo?.({ now: Date.now(), signal: AbortSignal.timeout(5000) }))?.result).toBe('superseded')
  expect((await peers.run(other, 2)).effects['changed']).toBe(0)
  expect(value).toBe(6)
  await one.lift(knob.name)
  await vi.waitFor(async () => expect((await peers.run(other, 2)).effects['changed']).toBe(1))
  await other.close()
  expect(value).toBe(6)
})
