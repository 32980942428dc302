import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bullmq } from '@homeostat/bullmq/domain'
import { describeKnob } from '@homeostat/conformance'
import { createRedisCoordinator, type RedisCoordinator } from '@homeostat/ioredis/domain'
import { knobAction, Knobs, type ActionContext, type Knob } from '@homeostat/optimizer'
import type { FleetLease } from '@homeostat/optimizer/engines'
import { startRedis } from '@homeostat/services'
import { Queue } from 'bullmq'
import { Queue as Queue5 } from 'bullmq-5'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'

const NO_LIMIT = 1_000_000
const redis = await startRedis()
const client = new Redis(redis.url)
const connection = { host: redis.host, port: redis.port }
let queue: Queue
let knob: Knob
let coordinator: RedisCoordinator
let folder: string
let instrumentation: ReturnType<typeof bullmq>['instrumentation']

afterAll(async () => {
  client.disconnect()
  await redis.stop()
})

async function open(): Promise<void> {
  await client.flushall()
  const domain = bullmq({ limitedQueues: ['mail', 'mail'], pollIntervalMs: 600_000 })
  instrumentation = domain.instrumentation
  instrumentation.enable()
  knob = domain.knobs.find(({ name }) => name === 'queue.concurrency.mail')!
  queue = new Queue('mail', { connection, prefix: randomUUID() })
  await queue.waitUntilReady()
  coordinator = createRedisCoordinator({ client, service: randomUUID() })
}
async function close(): Promise<void> {
  await coordinator[Symbol.asyncDispose]()
  instrumentation.disable()
  await queue.close()
}
const limit = async (): Promise<number | null> => (await queue.getGlobalConcurrency()) ?? null
const setByHand = async (value: number): Promise<void> => {
  await (value === NO_LIMIT ? queue.removeGlobalConcurrency() : queue.setGlobalConcurrency(value))
}

describeKnob('queue.concurrency.mail of BullMQ', {
  async prepare() {
    await open()
    await queue.setGlobalConcurrency(8)
  },
  create: () => knob,
  value: async () => (await limit()) ?? NO_LIMIT,
  setByHand,
  coordinator: () => coordinator,
  close,
})

const contextOf = (to: number): ActionContext<{ to: number }> => ({
  firing: { alert: 'Busy', labels: {}, annotations: {}, value: 1, since: 0 },
  options: { to },
  now: Date.now(),
  signal: AbortSignal.timeout(30_000),
  sliceMs: 5,
})
const knobsWith = (over: Partial<ConstructorParameters<typeof Knobs>[0]> = {}): Knobs =>
  new Knobs({ knobs: [knob], service: 'limits', stateDir: folder, coordinator, clock: Date.now, ...over })

beforeEach(async context => {
  if (context.task.suite?.name) return
  folder = await mkdtemp(join(tmpdir(), 'homeostat-limit-'))
  await open()
})
afterEach(async context => {
  if (context.task.suite?.name) return
  await close()
  await rm(folder, { recursive: true, force: true })
})

test('a queue without a limit has none again afterwards, and it is set as BullMQ sets it', async () => {
  const knobs = knobsWith()
  const receipt = await knobAction(knob, knobs).run(contextOf(10))
  expect([await limit(), receipt.effects]).toEqual([10, { from: NO_LIMIT, to: 10, changed: 1 }])
  await knobs.close()
  expect([await limit(), await client.hexists(queue.keys['meta']!, 'concurrency')]).toEqual([null, 0])
})

test('the limit of a process that died is removed by the next one, before anything else', async () => {
  // It never gets to undo: what it holds ends by itself.
  const dead = knobsWith({ leaseMs: 300 })
  await knobAction(knob, dead).run(contextOf(10))
  const record = await client.hgetall(await recordsKey())
  await dead.close()
  await client.hset(queue.keys['meta']!, 'concurrency', 10)
  await client.hset(await recordsKey('undo'), record)

  const knobs = knobsWith()
  await knobs.start()
  expect([await limit(), await client.hlen(await recordsKey('undo'))]).toEqual([null, 0])
  await knobs.close()
})

test('a value that a person has set stays, also when it was set while ours was in force', async () => {
  const knobs = knobsWith()
  await knobAction(knob, knobs).run(contextOf(10))
  await queue.setGlobalConcurrency(3)
  await knobs.close()
  expect(await limit()).toBe(3)
})

test('a limit that stops the queue is left alone', async () => {
  await queue.setGlobalConcurrency(0)
  const knobs = knobsWith()
  const { effects, summary } = await knobAction(knob, knobs).run(contextOf(10))
  expect([effects, await client.hget(queue.keys['meta']!, 'concurrency')]).toEqual([{ changed: 0 }, '0'])
  expect(summary).toContain('out of its bounds 1 to 1000000')
  await knobs.close()
})

test('a set under a lease that is over, or under an older one than the last, changes nothing', async () => {
  const lease = (fence: number, leftMs: number): FleetLease => ({
    key: 'knob/queue.concurrency.mail',
    token: 'a',
    fence,
    heldUntil: performance.now() + leftMs,
  })
  expect(await knob.compareAndSet(NO_LIMIT, 10, lease(7, -1))).toBe(false)
  expect(await knob.compareAndSet(NO_LIMIT, 10, lease(7, 5000))).toBe(true)
  expect(await knob.compareAndSet(10, 5, lease(6, 5000))).toBe(false)
  expect(await limit()).toBe(10)
  expect(await knob.compareAndSet(10, 5, lease(8, 5000))).toBe(true)
  // The fence is forgotten a while after its lease.
  expect(await client.pttl(`${queue.qualifiedName}:homeostat-fence`)).toBeLessThanOrEqual(35_000)
})

test('two queues of one name are not mixed up, and a closed one is not opened', async () => {
  expect(knob.unready?.()).toBe(undefined)
  const other = new Queue5('mail', { connection, prefix: randomUUID() })
  await other.waitUntilReady()
  expect(knob.unready?.()).toContain('2 queues are called mail, under different prefixes')
  await expect(Promise.resolve(knob.read())).rejects.toMatchObject({ code: 'HOMEOSTAT_QUEUE_NOT_SINGLE' })
  await Promise.all([other.close(), queue.close()])
  expect(knob.unready?.()).toBe('this process has no open Queue or Worker of the queue mail')
})

async function recordsKey(part = 'undo'): Promise<string> {
  const [key] = await client.keys(`homeostat:*:${part}`)
  if (key !== undefined) return key
  const [fence] = await client.keys('homeostat:*:fence')
  return fence!.replace(/fence$/, part)
}
