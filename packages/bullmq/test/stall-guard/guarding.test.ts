import { startRedis } from '@homeostat/services'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { LOCK_MS, STALLED_MS, startGuarded, untilGuarded } from './guarded.ts'

const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000, interval: 20 })

it('a job that blocks the event loop for four times its lock runs once, and the receipt proves it', async () => {
  await using server = await startRedis({ from: ['path', 'debian-packages'] })
  const prefix = crypto.randomUUID()
  const connection = { port: server.port }
  const redis = new Redis(server.url)
  const queue = new Queue('q', { prefix, connection })
  const starts = (): Promise<string[]> => redis.lrange(`${prefix}:starts`, 0, -1)
  const { child, receipts, lines } = await startGuarded({ connection, prefix, guard: {} })
  await untilGuarded(redis)
  await queue.add('pdf', { blockMs: 4 * LOCK_MS }, { jobId: 'a' })
  await eventually(starts).toEqual([`a ${child.pid}`])
  const other = new Worker('q', () => redis.rpush(`${prefix}:starts`, 'other'), {
    prefix,
    connection,
    stalledInterval: STALLED_MS,
  })
  await eventually(() => receipts).toHaveLength(1)
  const [receipt] = receipts
  const [rescued] = receipt!.rescued
  expect(rescued).toMatchObject({ queue: 'q', job: 'pdf', outcome: 'kept', jobs: 1 })
  expect(rescued!.renewals).toBeGreaterThan(4)
  expect(rescued!.doomedMs).toBeLessThan(receipt!.blockedMs)
  expect(receipt!.blockedMs).toBeGreaterThan(4 * LOCK_MS - 1)
  // The optional module is installed here.
  expect(receipt!.frame).toMatch(/guarded-process\.ts:\d+:\d+/)
  await eventually(() => queue.getJobState('a')).toBe('completed')
  expect(await starts()).toEqual([`a ${child.pid}`])
  expect(lines).toEqual([])
  child.kill('SIGKILL')
  await Promise.all([other.close(), queue.close()])
  redis.disconnect()
})
