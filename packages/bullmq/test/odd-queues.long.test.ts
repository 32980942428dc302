import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import type * as BullMQ from 'bullmq'
import { describe, expect, it } from 'vitest'
import { ageOf, faultsOf, jobsOf } from './gauges.ts'
import { ObservedRedis } from './observed-redis.ts'

const require = createRequire(import.meta.url)
const HOUR_MS = 3_600_000

const redis = new ObservedRedis(40)

const age = (): number | undefined => ageOf(redis.instrumentation, 'odd')
const jobs = (): Record<string, number> | undefined => jobsOf(redis.instrumentation, 'odd')
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000, interval: 20 })
const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

/** Commands that scripts and connections have run, by name. */
async function calls(): Promise<ReadonlyMap<string, number>> {
  const found = (await redis.admin.info('commandstats')).matchAll(/cmdstat_(\w+):calls=(\d+)/g)
  return new Map([...found].map(([, command, count]) => [command!, Number(count)]))
}

/** The mean number of commands in a reading, all but the one that starts it. */
async function commandsPerReading(): Promise<number> {
  const before = await calls()
  await sleep(800)
  const after = await calls()
  const added = (command: string): number => (after.get(command) ?? 0) - (before.get(command) ?? 0)
  const all = [...after.keys()].reduce((sum, command) => sum + added(command), 0)
  expect(added('eval')).toBeGreaterThan(3)
  return (all - added('eval')) / added('eval')
}

describe.each(Object.entries({ 'BullMQ 6': 'bullmq', 'BullMQ 5': 'bullmq-5' }))(
  'an odd queue of %s',
  (_version, library) => {
    const { Queue } = require(library) as typeof BullMQ

    function queueOf(): BullMQ.Queue {
      const queue = new Queue('odd', redis.at)
      redis.open.push(queue)
      return queue
    }

    it('prioritized jobs alone: the oldest one counts, whatever its priority', async () => {
      const queue = queueOf()
      const now = Date.now()
      for (const oldest of [1, 2, 16, 17, 33, 49, 50]) {
        await queue.addBulk(
          range(50).map(n => ({
            name: 'work',
            data: {},
            opts: { priority: n + 1, timestamp: now - (n + 1 === oldest ? HOUR_MS : 1000) },
          })),
        )
        await eventually(() => jobs()).toMatchObject({ prioritized: 50, waiting: 0 })
        await eventually(() => age()!).toBeGreaterThan(3599)
        expect(age()).toBeLessThan(3660)
        await queue.drain()
        await eventually(() => age()).toBe(0)
      }
    })

    it('far more priorities than are examined: the first and the last ones count', async () => {
      const queue = queueOf()
      const now = Date.now()
      await queue.addBulk(
        range(500).map(n => ({
          name: 'work',
          data: {},
          opts: { priority: n + 1, timestamp: now - (n === 499 ? HOUR_MS : 1000) },
        })),
      )
      await eventually(() => age()!).toBeGreaterThan(3599)
      expect(await commandsPerReading()).toBeLessThan(600)
    })

    it.each([
      [1, 17],
      [30, 100],
      [500, 40],
      [300, 700],
    ])('%i jobs behind %i last in, first out: the oldest one counts', async (first, last) => {
      const queue = queueOf()
      const now = Date.now()
      const job = (timestamp: number, lifo: boolean) => ({ name: 'work', data: {}, opts: { timestamp, lifo } })
      await queue.addBulk(range(first).map(n => job(now - HOUR_MS + n * 1000, false)))
      await queue.addBulk(range(last).map(n => job(now - 60_000 + n, true)))
      await eventually(() => jobs()).toMatchObject({ waiting: first + last })
      await eventually(() => age()!).toBeGreaterThan(3599)
      expect(age()).toBeLessThan(3660)
    })

    it('jobs of a clock that is ahead have waited since they were added', async () => {
      const queue = queueOf()
      const addedAt = Date.now()
      await queue.add('ahead', {}, { timestamp: addedAt + HOUR_MS })
      await sleep(1500)
      await eventually(() => age()!).toBeGreaterThan(1.4)
      expect(age()).toBeLessThan((Date.now() - addedAt) / 1000 + 0.1)
    })

    it('jobs that come and go while the queue is read', async () => {
      const queue = queueOf()
      const until = performance.now() + 1500
      while (performance.now() < until) {
        const added = await queue.addBulk(range(30).map(n => ({ name: 'work', data: {}, opts: { lifo: n % 2 === 0 } })))
        await Promise.all(added.slice(0, 20).map(job => job.remove()))
        await queue.drain()
      }
      await eventually(() => jobs()).toMatchObject({ waiting: 0 })
      await eventually(() => age()).toBe(0)
      expect(faultsOf(redis.instrumentation)).not.toHaveProperty('HOMEOSTAT_QUEUE_UNREADABLE')
    })

    it('a paused queue has no age, whatever it holds, and has it again at once', async () => {
      const queue = queueOf()
      const timestamp = Date.now() - HOUR_MS
      await queue.addBulk([
        { name: 'a', data: {}, opts: { timestamp } },
        { name: 'b', data: {}, opts: { timestamp, priority: 3 } },
        { name: 'c', data: {}, opts: { timestamp, delay: 1000 } },
      ])
      await queue.pause()
      await eventually(() => jobs()).toMatchObject({ paused: 1, prioritized: 1, delayed: 1, waiting: 0 })
      await eventually(() => age()).toBe(0)
      await queue.resume()
      await eventually(() => age()!).toBeGreaterThan(3598)
    })
  },
)

it('a million jobs cost a reading no more than a few hundred commands', async () => {
  const queue = redis.queue('odd')
  const fill = `
    for i = 0, 999 do redis.call('HSET', ARGV[1] .. i, 'timestamp', ARGV[2] - (i == 999 and 3600000 or 1000), 'opts', '{}') end
    for i = 1, 1000 do
      local ids = {}
      for j = 0, 999 do ids[#ids + 1] = j end
      redis.call('RPUSH', KEYS[1], unpack(ids))
    end`
  await redis.admin.eval(fill, 1, queue.toKey('wait'), queue.toKey(''), Date.now())
  await eventually(() => jobs()).toMatchObject({ waiting: 1_000_000 })
  await eventually(() => age()!).toBeGreaterThan(3599)
  expect(await commandsPerReading()).toBeLessThan(600)
  expect(faultsOf(redis.instrumentation)).not.toHaveProperty('HOMEOSTAT_QUEUE_UNREADABLE')
})
