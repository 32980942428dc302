import { startPostgres } from '@homeostat/services'
import { createPostgresBackend, Queue } from 'bullmq'
import { expect, test } from 'vitest'
import { BullMQInstrumentation } from '../src/index.ts'
import { ageOf, faultsOf, jobsOf } from './gauges.ts'

test('a queue in Postgres is counted, and its age is unknown rather than 0', async () => {
  await using postgres = await startPostgres()
  const instrumentation = new BullMQInstrumentation({ pollIntervalMs: 50, timeoutMs: 30_000 })
  instrumentation.enable()
  // The settings of a pool; the type knows those of Redis only.
  const connection = { connectionString: postgres.url, migrate: true } as never
  const queue = new Queue('webhook', { connection }, createPostgresBackend)
  await queue.waitUntilReady()
  await queue.add('a', {})
  await queue.add('b', {}, { delay: 60_000 })
  await expect
    .poll(() => jobsOf(instrumentation, 'webhook'), { timeout: 10_000 })
    .toMatchObject({ waiting: 1, delayed: 1 })
  expect(ageOf(instrumentation, 'webhook')).toBe(undefined)
  expect(faultsOf(instrumentation)).toEqual({})
  await queue.close()
  instrumentation.disable()
})
