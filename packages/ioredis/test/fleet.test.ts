import { randomUUID } from 'node:crypto'
import { Fleet, type Coordinator } from '@homeostat/optimizer'
import { refuseByFleet, type FleetAction } from '@homeostat/optimizer/engines'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Redis } from 'ioredis'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { createRedisCoordinator } from '../src/domain.ts'

// Here and not beside the class, for a fleet is worth testing with a server only.

const SHARED: FleetAction = { name: 'cdn.purge', scope: 'shared' }
const LOCAL: FleetAction = { name: 'memory.cleanup', scope: 'process' }
const DISRUPTIVE: FleetAction = { name: 'heap.compact', scope: 'process', disruptive: true }
const CLAIM = { timeoutMs: 1000, epochMs: 60_000 }
const BEAT_MS = 100

const started: (Server | Redis | Fleet)[] = []
const server = await startRedis({ from: ['path', 'debian-packages'] })
const client = connect(server)

afterEach(async () => {
  for (const each of started.splice(0)) {
    if (each instanceof Redis) each.disconnect()
    else await each[Symbol.asyncDispose]()
  }
})
afterAll(async () => {
  client.disconnect()
  await server.stop()
})

function connect({ url }: Server): Redis {
  const redis = new Redis(url)
  redis.on('error', () => {})
  return redis
}

/** A fleet that has heard of all its members. */
async function fleetOf(count: number, through: Redis = client): Promise<Fleet[]> {
  const service = randomUUID()
  const fleet = Array.from({ length: count }, (_, i) => {
    const coordinator = createRedisCoordinator({ client: through, service, timeoutMs: 500 })
    return new Fleet({ coordinator, member: `process-${i}`, beatMs: BEAT_MS })
  })
  started.push(...fleet)
  for (const member of fleet) await isReachable(member, count)
  return fleet
}

async function isReachable(member: Fleet, members: number): Promise<void> {
  await vi.waitFor(() => expect(member.state).toMatchObject({ coordinator: 'reachable', members }), 20_000)
}

it('refuses shared actions where there is nothing to coordinate through, and lets all others run', async () => {
  await using fleet = new Fleet({ member: 'a' })
  expect(fleet.state).toEqual({ coordinator: 'none' })
  expect(fleet.refuse(SHARED)).toContain('it changes what other processes use too, and there is no coordinator')
  expect(await fleet.acquire(SHARED, CLAIM)).toMatchObject({ granted: false })
  expect(await fleet.acquire(LOCAL, CLAIM)).toMatchObject({ granted: true })
  expect(await fleet.acquire(DISRUPTIVE, CLAIM)).toMatchObject({ granted: true })
})

it('knows how many processes live, and hears of those that leave', async () => {
  const [first, second] = await fleetOf(2)
  await second!.close()
  await isReachable(first!, 1)
})

it('runs a shared action in one process and, when that did something, nowhere else until its epoch ends', async () => {
  const fleet = await fleetOf(3)
  const permits = await Promise.all(fleet.map(member => member.acquire(SHARED, CLAIM)))
  const [runner, permit] = fleet.flatMap((member, i) =>
    permits[i]!.granted ? [[member, permits[i]!] as const] : [],
  )[0]!
  expect(permits.filter(({ granted }) => granted)).toHaveLength(1)
  expect(runner.refuse(SHARED)).toContain('this process has run it')
  for (const member of fleet) {
    if (member === runner) continue
    expect(member.refuse(SHARED)).toContain('another process')
    expect(member.refuse(SHARED, 'another target')).toBeUndefined()
    expect(refuseByFleet(member.state, LOCAL)).toBeUndefined()
  }
  if (permit.granted) await permit.end('acted')
  for (const member of fleet) expect(await member.acquire(SHARED, CLAIM)).toMatchObject({ granted: false })
})

it('lets the next process try when the first did nothing', async () => {
  const [first, second] = await fleetOf(2)
  const permit = await first!.acquire(SHARED, CLAIM)
  expect(await second!.acquire(SHARED, CLAIM)).toMatchObject({ granted: false })
  if (permit.granted) await permit.end('nothing')
  // What it heard a moment ago holds for one beat.
  await vi.waitFor(async () => expect(await second!.acquire(SHARED, CLAIM)).toMatchObject({ granted: true }), 20_000)
})

it('lets two of eight processes disrupt themselves at once', async () => {
  const fleet = await fleetOf(8)
  const permits = await Promise.all(fleet.map(member => member.acquire(DISRUPTIVE, CLAIM)))
  const granted = permits.filter(permit => permit.granted)
  expect(granted).toHaveLength(2)
  const refused = fleet[permits.findIndex(permit => !permit.granted)]!
  expect(refused.refuse(DISRUPTIVE)).toBe('2 of 8 processes are disrupted already')
  for (const permit of granted) await permit.end('acted')
  await vi.waitFor(
    async () => expect(await refused.acquire(DISRUPTIVE, CLAIM)).toMatchObject({ granted: true }),
    20_000,
  )
})

it('keeps a slot when the earlier one is freed late', async () => {
  const service = randomUUID()
  const [wire, flows] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const coordinator = createRedisCoordinator({ client, service })
  const slow: Coordinator = new Proxy(coordinator, {
    get(target, name: keyof Coordinator) {
      if (name === 'name') return target.name
      if (name !== 'freeSlot') return target[name].bind(target)
      return (holder: string) => wire.promise.then(() => target.freeSlot(holder)).finally(flows.resolve)
    },
  })
  for (let i = 0; i < 8; i++) await coordinator.beat(`process-${i}`, 60_000)
  const fleet = new Fleet({ coordinator: slow, member: 'process-0', beatMs: BEAT_MS })
  started.push(fleet)
  await isReachable(fleet, 8)

  const first = await fleet.acquire(DISRUPTIVE, CLAIM)
  if (first.granted) void first.end('acted')
  expect(await fleet.acquire(DISRUPTIVE, CLAIM)).toMatchObject({ granted: true })
  wire.resolve()
  await flows.promise
  const others = [await coordinator.takeSlot('process-1', 60_000), await coordinator.takeSlot('process-2', 60_000)]
  expect(others, 'one of two slots is left').toEqual([true, false])
})

it('goes on with local actions while the server is away, stops shared ones, and comes back by itself', async () => {
  const doomed = await startRedis({ from: ['path', 'debian-packages'] })
  const through = connect(doomed)
  started.push(doomed, through)
  const [member] = await fleetOf(1, through)
  await doomed.stop()
  await vi.waitFor(() => expect(member!.state.coordinator).toBe('unreachable'), 20_000)
  expect(member!.refuse(SHARED)).toMatch(/^shared actions wait: redis \S+ does not coordinate: /)
  expect(await member!.acquire(SHARED, CLAIM)).toMatchObject({ granted: false })
  expect(await member!.acquire(LOCAL, CLAIM)).toMatchObject({ granted: true })
  // A quarter of the fleet can only be kept to while the fleet can be asked.
  expect(await member!.acquire(DISRUPTIVE, CLAIM)).toMatchObject({ granted: false })

  started.push(await startRedis({ from: ['path', 'debian-packages'], port: doomed.port }))
  await isReachable(member!, 1)
  expect(await member!.acquire(SHARED, CLAIM)).toMatchObject({ granted: true })
})
