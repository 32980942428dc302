import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { jobsOf } from './gauges.ts'
import { loggedLines } from './logged-lines.ts'
import { ObservedGuard } from './observed-guard.ts'
import { MASTER, SENTINEL_PASSWORD, startSentinel } from './redis-sentinel.ts'
import { LOCK_MS } from './stall-guard/guarded.ts'

const PASSWORD = 'secret'
const lines = loggedLines()
const start = (...args: string[]): Promise<Server> =>
  startRedis({
    from: ['path', 'debian-packages'],
    args: ['--requirepass', PASSWORD, '--masterauth', PASSWORD, ...args],
  })

it('a master that dies: readings and guard follow its successor, and each job runs', async () => {
  await using stack = new AsyncDisposableStack()
  const master = stack.use(await start())
  const replica = stack.use(await start('--replicaof', `${master.host} ${master.port}`))
  const admin = new Redis(replica.url)
  stack.defer(() => admin.disconnect())
  await expect.poll(() => admin.info('replication'), { timeout: 20_000 }).toContain('master_link_status:up')
  const sentinel = stack.use(await startSentinel(master, PASSWORD))

  const { instrumentation, receipts } = stack.use(new ObservedGuard({ pollIntervalMs: 100 }))

  const connection = {
    sentinels: [{ host: '127.0.0.1', port: sentinel.port }],
    name: MASTER,
    password: PASSWORD,
    sentinelPassword: SENTINEL_PASSWORD,
    retryStrategy: () => 100,
    sentinelRetryStrategy: () => 100,
  }
  const queue = new Queue('mail', { connection })
  const ran: string[] = []
  const work = async ({ name, data }: { name: string; data: { blockMs?: number } }): Promise<void> => {
    ran.push(name)
    const until = performance.now() + (data.blockMs ?? 0)
    while (performance.now() < until);
  }
  const worker = new Worker('mail', work, { connection, lockDuration: LOCK_MS })
  queue.on('error', () => {})
  worker.on('error', () => {})
  stack.defer(async () => void (await Promise.all([queue.close(), worker.close()])))
  await queue.add('before', {})
  await expect.poll(() => ran, { timeout: 20_000 }).toEqual(['before'])
  await expect.poll(() => jobsOf(instrumentation, 'mail'), { timeout: 20_000 }).toBeDefined()
  // The guard is connected to the master by now, too.
  await sleep(1000)

  await master.stop()
  await expect.poll(() => admin.info('replication'), { timeout: 60_000 }).toContain('role:master')
  await queue.add('after', {})
  await expect.poll(() => ran, { timeout: 30_000 }).toEqual(['before', 'after'])
  await queue.add('blocks', { blockMs: 4 * LOCK_MS })
  await expect
    .poll(() => receipts.flatMap(({ rescued }) => rescued.map(({ outcome }) => outcome)), { timeout: 30_000 })
    .toEqual(['kept'])
  await queue.pause()
  await queue.add('waits', {})
  await expect.poll(() => jobsOf(instrumentation, 'mail'), { timeout: 20_000 }).toMatchObject({ paused: 1, active: 0 })
  expect(ran).toEqual(['before', 'after', 'blocks'])
  const about = (text: string): string[] => lines.filter(each => each.includes(text))
  expect(about('could not read').length).toBeLessThanOrEqual(1)
  expect(about('cannot renew').length).toBeLessThanOrEqual(1)
  await expect.poll(() => about('read again').length, { timeout: 20_000 }).toBe(about('could not read').length)
  for (const each of lines) expect(each).not.toMatch(/secret|watch|127\.0/)
})
