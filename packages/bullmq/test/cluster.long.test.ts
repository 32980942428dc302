import { setTimeout as sleep } from 'node:timers/promises'
import { Queue, Worker } from 'bullmq'
import { Cluster } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { BullMQInstrumentation } from '../src/index.ts'
import { StallGuard } from '../src/stall-guard/stall-guard.ts'
import { jobsOf } from './gauges.ts'
import { loggedLines } from './logged-lines.ts'
import { startCluster, type RedisCluster } from './redis-cluster.ts'
import { readingsIn } from './sent-commands.ts'

const POLL_MS = 200

let redis: RedisCluster
let cluster: Cluster
let instrumentation: BullMQInstrumentation
const lines = loggedLines()
const open: { close(): Promise<unknown> }[] = []

beforeAll(async () => {
  redis = await startCluster()
})
afterAll(() => redis[Symbol.asyncDispose]())
beforeEach(() => {
  const { host, port } = redis.servers[0]
  cluster = new Cluster([{ host, port }], { redisOptions: { maxRetriesPerRequest: null } })
  instrumentation = new BullMQInstrumentation({ pollIntervalMs: POLL_MS })
  instrumentation.enable()
})
afterEach(async () => {
  await Promise.all(open.splice(0).map(object => object.close()))
  instrumentation.disable()
  cluster.disconnect()
})

const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000, interval: 20 })

it('each queue costs one script per poll, on the node that has it', async () => {
  const queues = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap(tag =>
    [1, 2].map(() => new Queue('mail', { prefix: `{${tag}}`, connection: cluster as never })),
  )
  open.push(...queues)
  await Promise.all(queues.map(queue => queue.waitUntilReady()))
  await eventually(() => jobsOf(instrumentation, 'mail')).toBeDefined()
  const found = await Promise.all(redis.admins.map(admin => readingsIn(admin, 10 * POLL_MS)))
  const readings = new Map(found.flatMap(({ readings: own }) => [...own]))
  // Each queue on one node only.
  expect(readings.size).toBe(found.reduce((sum, { readings: own }) => sum + own.size, 0))
  expect([...readings.keys()].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'].map(tag => `{${tag}}:mail`))
  for (const count of readings.values()) {
    expect(count).toBeGreaterThan(3)
    expect(count).toBeLessThanOrEqual(11)
  }
  expect(found.flatMap(({ others }) => others)).toEqual([])
})

it('a slot that is moved while its queue works: no job is lost, none runs twice, and one line at most', async () => {
  const { workers, registry } = instrumentation
  using _guard = new StallGuard({ workers, registry })
  const options = { prefix: '{moved}', connection: cluster as never }
  const queue = new Queue('mail', options)
  const ran: string[] = []
  const worker = new Worker('mail', async ({ id }) => (ran.push(id!), sleep(5)), { ...options, concurrency: 3 })
  queue.on('error', () => {})
  worker.on('error', () => {})
  open.push(queue, worker)
  await eventually(() => jobsOf(instrumentation, 'mail')).toBeDefined()
  const slot = String(await redis.admins[0].call('CLUSTER', 'KEYSLOT', '{moved}'))
  const [from, to] = Number(slot) < 8192 ? [0, 1] : [1, 0]
  const ids = await Promise.all(redis.admins.map(async admin => String(await admin.call('CLUSTER', 'MYID'))))
  const stop = new AbortController()
  const added: string[] = []
  const adding = (async () => {
    while (!stop.signal.aborted) {
      const { id } = await queue.add('send', {})
      added.push(id!)
      await sleep(10)
    }
  })()
  await redis.admins[to]!.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[from]!)
  await redis.admins[from]!.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to]!)
  const { host, port } = redis.servers[to]!
  for (let round = 0; round < 20; round++) {
    const keys = (await redis.admins[from]!.call('CLUSTER', 'GETKEYSINSLOT', slot, '20')) as string[]
    if (keys.length === 0) break
    for (const key of keys) {
      await redis.admins[from]!.call('MIGRATE', host, String(port), key, '0', '1000')
      await sleep(20)
    }
  }
  for (const at of [to, from]) await redis.admins[at]!.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to]!)
  await sleep(5 * POLL_MS)
  stop.abort()
  await adding
  await eventually(() => queue.getJobCounts('waiting', 'active')).toEqual({ waiting: 0, active: 0 })
  await eventually(() => jobsOf(instrumentation, 'mail')).toMatchObject({ waiting: 0, active: 0 })
  expect(ran.toSorted()).toEqual(added.toSorted())
  const troubles = lines.filter(text => text.includes('could not'))
  expect(troubles.length).toBeLessThanOrEqual(1)
  for (const text of troubles) expect(text).toMatch(/the queue mail: its Redis is not ready/)
})

it('keys in several slots are one line with the remedy', async () => {
  const queue = new Queue('mail', { prefix: 'bull', connection: cluster as never })
  queue.on('error', () => {})
  open.push(queue)
  await eventually(() => lines.length).toBe(1)
  await sleep(10 * POLL_MS)
  expect(lines).toEqual([expect.stringMatching(/in several slots of the cluster; give it a prefix in braces/)])
})
