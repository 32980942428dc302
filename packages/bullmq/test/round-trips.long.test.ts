import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { jobsOf } from './gauges.ts'
import { ObservedRedis } from './observed-redis.ts'
import { readingsIn } from './sent-commands.ts'

const POLL_MS = 250
const POLLS = 8
/** Objects of each queue, as an application has them that makes one wherever it adds a job. */
const OBJECTS = 3

const redis = new ObservedRedis(POLL_MS)

it.each([
  { queues: 1, connections: 1 },
  { queues: 10, connections: 1 },
  { queues: 100, connections: 1 },
  { queues: 10, connections: 10 },
  { queues: 100, connections: 20 },
])('$queues queues on $connections connections cost one command each per poll', async ({ queues, connections }) => {
  const clients = Array.from({ length: connections }, () => new Redis(redis.server.url, { maxRetriesPerRequest: null }))
  const names = Array.from({ length: queues }, (_, n) => `q${n}`)
  const objects = names.flatMap((name, n) =>
    Array.from({ length: OBJECTS }, (_, m) => {
      const connection = clients[(n * OBJECTS + m) % connections] as never
      return new Queue(name, { prefix: redis.at.prefix, connection })
    }),
  )
  redis.open.push(...objects, { close: async () => clients.forEach(client => client.disconnect()) })
  await Promise.all(objects.map(object => object.waitUntilReady()))
  for (const name of names)
    await expect.poll(() => jobsOf(redis.instrumentation, name), { timeout: 20_000 }).toBeDefined()
  const { readings, others } = await readingsIn(redis.admin, POLLS * POLL_MS)
  expect([...readings.keys()].toSorted()).toEqual(names.map(name => `${redis.at.prefix}:${name}`).toSorted())
  for (const count of readings.values()) {
    // A busy machine polls late, and never more often.
    expect(count).toBeGreaterThanOrEqual(1)
    expect(count).toBeLessThanOrEqual(POLLS + 1)
  }
  expect(others).toEqual([])
})

it('many queues on one connection leave room for the commands of the application', async () => {
  const client = new Redis(redis.server.url, { maxRetriesPerRequest: null })
  const objects = Array.from({ length: 100 }, (_, n) => {
    return new Queue(`q${n}`, { prefix: redis.at.prefix, connection: client as never })
  })
  redis.open.push(...objects, { close: async () => client.disconnect() })
  await Promise.all(objects.map(object => object.waitUntilReady()))
  const pending = (): number => (client as unknown as { commandQueue: { length: number } }).commandQueue.length
  // Each new queue has sent its own commands: what follows is ours.
  await expect.poll(pending).toBe(0)
  let most = 0
  const until = performance.now() + POLLS * POLL_MS
  while (performance.now() < until) {
    most = Math.max(most, pending())
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(most).toBeGreaterThan(0)
  // Not a hundred scripts in one go.
  expect(most).toBeLessThan(50)
})
