import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { QueueOutOfReachError } from '../../src/index.ts'
import { scriptClientOf } from '../../src/signals/queue-client.ts'
import type { QueueObject } from '../../src/signals/queue-object.ts'
import { ObservedRedis } from '../observed-redis.ts'

// A server of its own: the tests make it a replica and fill its memory.
const redis = new ObservedRedis(600_000)
const WRITE = `return redis.call('HSET', KEYS[1], 'a', 'b')`

/** Writes to the queue with a script, as an action does. @returns the answer */
async function actOn(queue: Queue, key = queue.toKey('meta')): Promise<unknown> {
  return (await scriptClientOf(queue as unknown as QueueObject)).eval(WRITE, 1, key)
}

async function refusalOf(queue: Queue, key?: string): Promise<string> {
  const thrown: unknown = await actOn(queue, key).catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(QueueOutOfReachError)
  const { message } = thrown as Error
  expect(message).toMatch(/^could not act on the queue mail: /)
  expect(message).not.toMatch(/127\.0|secret|narrow|meta|user_script|\n/)
  return message
}

it('an action runs its script on the connection of the application', async () => {
  expect(await actOn(redis.queue('mail'))).toBe(1)
})

it('a replica, a full memory, another type and a client that was closed are plain errors', async () => {
  const queue = redis.queue('mail')
  await queue.waitUntilReady()
  await redis.admin.call('REPLICAOF', '127.0.0.1', '1')
  expect(await refusalOf(queue)).toContain('its Redis takes no writes (READONLY)')
  await redis.admin.call('REPLICAOF', 'NO', 'ONE')
  await redis.admin.config('SET', 'maxmemory', '1')
  expect(await refusalOf(queue)).toContain('its Redis is out of memory (OOM)')
  await redis.admin.config('SET', 'maxmemory', '0')
  await redis.admin.set('text', 'a')
  expect(await refusalOf(queue, 'text')).toContain('holds another type than BullMQ writes')
  const client = new Redis(redis.server.url, { maxRetriesPerRequest: null })
  const other = redis.queue('mail', { connection: client })
  await other.waitUntilReady()
  client.disconnect()
  await expect.poll(() => client.status).toBe('end')
  expect(await refusalOf(other)).toContain('its connection was closed')
})

it('a user who may not run the script is a plain error', async () => {
  await redis.admin.call('ACL', 'SETUSER', 'narrow', 'on', '>secret', '~*', '&*', '+@all', '-hset')
  const { host, port } = redis.server
  const connection = { host, port, username: 'narrow', password: 'secret' }
  const queue = redis.queue('mail', { connection, skipMetasUpdate: true })
  queue.on('error', () => {})
  await queue.waitUntilReady()
  expect(await refusalOf(queue)).toMatch(/may not run EVAL and the commands of its scripts .*: allow it \(NOPERM\)/)
})
