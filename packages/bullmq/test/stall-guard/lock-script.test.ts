import fc from 'fast-check'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { LOCK_SCRIPT, type LockTask } from '../../src/stall-guard/thread/lock-script.ts'
import { OwnRedis } from '../own-redis.ts'

const LOCK_MS = 20_000

const redis = new OwnRedis()

/** A job as Redis has it: who holds its lock, for how long, and in which lists it is. */
interface JobState {
  readonly token: string | undefined
  readonly leftMs: number
  readonly isActive: boolean
  readonly isStalled: boolean
}

const tokens = ['w1:0', 'w1:1', 'w1:10', 'w2:0', 'w2:1', 'manual']
const jobState: fc.Arbitrary<JobState> = fc.record({
  token: fc.option(fc.constantFrom(...tokens), { nil: undefined }),
  leftMs: fc.constantFrom(5000, 15_000, 60_000),
  isActive: fc.boolean(),
  isStalled: fc.boolean(),
})

async function write(prefix: string, jobs: readonly JobState[]): Promise<void> {
  const pipeline = redis.admin.pipeline()
  for (const [id, { token, leftMs, isActive, isStalled }] of jobs.entries()) {
    if (token !== undefined) pipeline.set(`${prefix}${id}:lock`, token, 'PX', leftMs)
    if (isActive) pipeline.lpush(`${prefix}active`, id)
    if (isStalled) pipeline.sadd(`${prefix}stalled`, id)
  }
  await pipeline.exec()
}

function change(task: LockTask, prefix: string, ours: readonly string[], by: Redis = redis.admin): Promise<unknown> {
  const keys = ['active', 'stalled', 'stalled-check'].map(key => `${prefix}${key}`)
  return by.eval(LOCK_SCRIPT, keys.length, ...keys, prefix, LOCK_MS, task, ...ours)
}

const placesIn = (reply: unknown): number[] => (reply as number[]).filter((_, i) => i % 2 === 0)
const sorted = (list: readonly (string | undefined)[]): string[] => list.map(String).toSorted()

it('extends a lock that holds one of the tokens, and touches no other lock', async () => {
  let foreign = 0
  let renewed = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(jobState, { maxLength: 12 }),
      fc.subarray(tokens, { minLength: 1 }),
      async (jobs, ours) => {
        const prefix = `bull:${crypto.randomUUID()}:`
        await write(prefix, jobs)
        const places = placesIn(await change('renew', prefix, ours))
        const expected = jobs.filter(({ token, isActive }) => isActive && token !== undefined && ours.includes(token))
        expect(sorted(places.map(place => ours[place]))).toEqual(sorted(expected.map(({ token }) => token)))
        for (const [id, { token, leftMs, isActive, isStalled }] of jobs.entries()) {
          const isOurs = isActive && token !== undefined && ours.includes(token)
          const ttl = await redis.admin.pttl(`${prefix}${id}:lock`)
          expect(await redis.admin.get(`${prefix}${id}:lock`)).toBe(token ?? null)
          // Far from each other, so that a slow machine changes nothing.
          if (token === undefined) expect(ttl).toBe(-2)
          else if (isOurs && leftMs < LOCK_MS) expect(ttl).toBeGreaterThan(leftMs)
          else expect(ttl).toBeLessThanOrEqual(leftMs)
          expect(await redis.admin.sismember(`${prefix}stalled`, id)).toBe(isStalled && !isOurs ? 1 : 0)
          if (isOurs) renewed++
          else if (token !== undefined) foreign++
        }
        expect(await redis.admin.llen(`${prefix}active`)).toBe(jobs.filter(({ isActive }) => isActive).length)
      },
    ),
    { numRuns: 150 },
  )
  expect(Math.min(foreign, renewed)).toBeGreaterThan(100)
})

it('returns what each lock had left', async () => {
  const prefix = `bull:${crypto.randomUUID()}:`
  await write(prefix, [{ token: 'w1:1', leftMs: 5000, isActive: true, isStalled: false }])
  const [place, leftMs] = (await change('renew', prefix, ['w1:0', 'w1:1'])) as [number, number]
  expect(place).toBe(1)
  expect(leftMs).toBeGreaterThan(0)
  expect(leftMs).toBeLessThanOrEqual(5000)
})

it('writes nothing without tokens, also where the job of an empty id would be', async () => {
  const prefix = `bull:${crypto.randomUUID()}:`
  await write(prefix, [{ token: 'w1:1', leftMs: 5000, isActive: true, isStalled: true }])
  expect(await change('renew', prefix, [])).toEqual([])
  expect(await redis.admin.pttl(`${prefix}0:lock`)).toBeLessThanOrEqual(5000)
  expect(await redis.admin.keys(`${prefix}*`)).toHaveLength(3)
})

it('a release ends and marks the jobs of the tokens that have little time left, and no other', async () => {
  let released = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(jobState, { maxLength: 8 }),
      fc.subarray(tokens, { minLength: 1 }),
      async (jobs, ours) => {
        const prefix = `bull:${crypto.randomUUID()}:`
        await write(prefix, jobs)
        await redis.admin.set(`${prefix}stalled-check`, '1', 'PX', 60_000)
        await change('release', prefix, ours)
        let isAny = false
        for (const [id, { token, leftMs, isActive, isStalled }] of jobs.entries()) {
          const isEnded = isActive && token !== undefined && ours.includes(token) && leftMs <= LOCK_MS
          expect(await redis.admin.get(`${prefix}${id}:lock`)).toBe(isEnded ? null : (token ?? null))
          expect(await redis.admin.sismember(`${prefix}stalled`, id)).toBe(isStalled || isEnded ? 1 : 0)
          if (isEnded) released++
          isAny ||= isEnded
        }
        // BullMQ skips a check while the key is there.
        expect(await redis.admin.exists(`${prefix}stalled-check`)).toBe(isAny ? 0 : 1)
      },
    ),
    { numRuns: 100 },
  )
  expect(released).toBeGreaterThan(30)
})

it('a release that may not mark a job ends its lock all the same, and reports it', async () => {
  const prefix = `bull:${crypto.randomUUID()}:`
  await redis.admin.call('ACL', 'SETUSER', 'narrow', 'on', '>secret', '~*', '+@all', '-sadd')
  const narrow = new Redis(redis.server.url, { username: 'narrow', password: 'secret' })
  await write(prefix, [{ token: 'w1:1', leftMs: 5000, isActive: true, isStalled: false }])
  await expect(change('release', prefix, ['w1:1'], narrow)).rejects.toThrow(/can't run this command|NOPERM/)
  narrow.disconnect()
  expect(await redis.admin.exists(`${prefix}0:lock`)).toBe(0)
})

it('a release that finds no memory for the mark ends the lock all the same', async () => {
  const prefix = `bull:${crypto.randomUUID()}:`
  await write(prefix, [{ token: 'w1:1', leftMs: 5000, isActive: true, isStalled: false }])
  await redis.admin.config('SET', 'maxmemory', '1')
  const reply = await change('release', prefix, ['w1:1'])
  await redis.admin.config('SET', 'maxmemory', '0')
  expect(placesIn(reply)).toEqual([0])
  expect(await redis.admin.exists(`${prefix}0:lock`)).toBe(0)
})
