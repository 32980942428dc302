import { setTimeout as sleep } from 'node:timers/promises'
import * as fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Receipt } from '@homeostat/optimizer'
import { cache as cacheDomain } from '../../src/domain.ts'
import { createClock, lookups } from '../fixtures.ts'

const TTL = 1000
let domain: ReturnType<typeof cacheDomain>

beforeEach(() => {
  domain = cacheDomain()
  domain.instrumentation.enable()
})
afterEach(() => domain.instrumentation.disable())

function reclaim(options: { sliceMs?: number; signal?: AbortSignal } = {}): Promise<Receipt> {
  const { sliceMs = 2, signal = new AbortController().signal } = options
  return domain.reclaimers[0]!.reclaim({ now: Date.now(), signal, sliceMs })
}

type Options = Partial<LRUCache.OptionsMaxLimit<number, string, unknown>>
function create(options: Options = {}): { cache: LRUCache<number, string>; clock: ReturnType<typeof createClock> } {
  const clock = createClock()
  const cache = new LRUCache<number, string>({ max: 1000, ttl: TTL, ttlResolution: 0, perf: clock, ...options })
  return { cache, clock }
}

function fill(cache: LRUCache<number, string>, from: number, to: number, ttl = TTL): void {
  for (let key = from; key < to; key++) cache.set(key, `value ${key}`, { ttl })
}

/** All keys that are there, expired ones too. */
const keysOf = (cache: LRUCache<number, string>): number[] =>
  cache
    .dump()
    .map(([key]) => key)
    .toSorted((a, b) => a - b)
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

describe('expired cache entries', () => {
  test('all of them go and none that lives, whatever the application does in between', async () => {
    const key = fc.nat(300)
    const operation = fc.tuple(fc.constantFrom('get', 'set', 'delete', 'peek'), key)
    const plan = fc.record({
      entries: fc.array(fc.tuple(key, fc.constantFrom(0, TTL, 10 * TTL)), { minLength: 1, maxLength: 300 }),
      turns: fc.array(fc.array(operation, { maxLength: 10 }), { maxLength: 60 }),
      max: fc.constantFrom(50, 1000),
    })
    await fc.assert(
      fc.asyncProperty(plan, async ({ entries, turns, max }) => {
        const { cache, clock } = create({ max })
        for (const [at, ttl] of entries) cache.set(at, 'first', { ttl })
        clock.advance(TTL + 1)
        const expired = new Set(keysOf(cache).filter(at => cache.getRemainingTTL(at) < 0))
        const live = new Set(keysOf(cache).filter(at => !expired.has(at)))

        // Slices of 0 ms: a turn of the loop, and with it of the application, after every removal.
        const done = reclaim({ sliceMs: 0 })
        for (const turn of turns) {
          await new Promise(resolve => setImmediate(resolve))
          for (const [name, at] of turn) {
            if (name === 'get') cache.get(at)
            else if (name === 'peek') cache.peek(at)
            else if (name === 'delete') {
              cache.delete(at)
              live.delete(at)
            } else {
              cache.set(at, 'second')
              live.add(at)
            }
          }
        }
        await done
        const left = keysOf(cache)
        expect(left.filter(at => cache.getRemainingTTL(at) < 0)).toEqual([])
        // A full cache evicts live entries by itself.
        if (max === 1000) expect(left).toEqual([...live].toSorted((a, b) => a - b))
        else expect(left.every(at => live.has(at))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('the receipt counts the entries, their caches and their size', async () => {
    const { cache, clock } = create({ maxSize: 10_000, sizeCalculation: () => 7 })
    fill(cache, 0, 100)
    fill(cache, 100, 150, 10 * TTL)
    clock.advance(TTL + 1)
    const receipt = await reclaim()
    expect(receipt.effects).toEqual({ entries: 100, caches: 1, size: 700 })
    expect(receipt.summary).toMatch(
      /^removed 100 expired entries from 1 cache \(memory 100\), longest slice [\d.]+ ms$/,
    )
    expect(receipt.blockedMs).toBeGreaterThan(0)
    expect(receipt.problems).toBeUndefined()
    expect(cache.size).toBe(50)
    expect((await reclaim()).effects).toEqual({ entries: 0, caches: 0, size: 0 })
  })

  test('it counts as no lookup, and changes neither the order of use nor any age', async () => {
    const { cache, clock } = create({ updateAgeOnGet: true })
    fill(cache, 0, 10)
    fill(cache, 10, 20, 10 * TTL)
    clock.advance(TTL + 1)
    const before = [...cache.keys()].map(key => [key, cache.getRemainingTTL(key)])
    await reclaim()
    expect([...cache.keys()].map(key => [key, cache.getRemainingTTL(key)])).toEqual(before)
    expect(lookups(domain.instrumentation)).toEqual({ hit: 0, miss: 0, stale: 0 })
  })

  test("the application's dispose gets `expire`, not `delete`", async () => {
    const reasons: string[] = []
    const { cache, clock } = create({ dispose: (_value, _key, reason) => void reasons.push(reason) })
    fill(cache, 0, 3)
    clock.advance(TTL + 1)
    await reclaim()
    expect(reasons).toEqual(['expire', 'expire', 'expire'])
  })

  test('an expired entry whose successor is being fetched is left to the fetch', async () => {
    const fetch = Promise.withResolvers<string>()
    const { cache, clock } = create({ fetchMethod: () => fetch.promise })
    fill(cache, 0, 2)
    clock.advance(TTL + 1)
    const fetched = cache.fetch(1)
    expect((await reclaim()).effects).toMatchObject({ entries: 1 })
    fetch.resolve('fresh')
    expect(await fetched).toBe('fresh')
    expect(cache.get(1)).toBe('fresh')
  })

  test('a callback of the application that throws is a problem in the receipt, and other caches are cleared', async () => {
    const broken = create({
      dispose: () => {
        throw new Error('key 4711')
      },
    })
    const good = create()
    for (const { cache, clock } of [broken, good]) {
      fill(cache, 0, 5)
      clock.advance(TTL + 1)
    }
    const receipt = await reclaim()
    expect(receipt.effects).toMatchObject({ entries: 5, caches: 1 })
    expect(receipt.problems).toEqual([
      'memory: a callback of the cache threw, so the remaining entries were not examined',
    ])
    expect(good.cache.size).toBe(0)
  })

  test('a subclass that loads what is missing is not made to load', async () => {
    let loads = 0
    class Loading extends LRUCache<number, string> {
      override get(key: number): string | undefined {
        return super.get(key) ?? `${++loads}`
      }
    }
    const clock = createClock()
    const cache = new Loading({ max: 10, ttl: TTL, ttlResolution: 0, perf: clock })
    cache.set(1, 'one')
    clock.advance(TTL + 1)
    expect((await reclaim()).effects).toMatchObject({ entries: 1 })
    expect(loads).toBe(0)
  })

  test('a cache without a time to live has nothing to give, and the abort is obeyed', async () => {
    const cache = new LRUCache<number, string>({ max: 10 })
    cache.set(1, 'one')
    expect((await reclaim()).effects).toMatchObject({ entries: 0 })
    const { cache: other, clock } = create()
    fill(other, 0, 10)
    clock.advance(TTL + 1)
    expect((await reclaim({ signal: AbortSignal.abort() })).effects).toMatchObject({ entries: 0 })
    expect(other.size).toBe(10)
  })
})

test('a large cache is cleared in slices while the event loop goes on turning', async () => {
  const cache = new LRUCache<number, string>({ max: 300_000 })
  fill(cache, 0, 200_000, 1)
  fill(cache, 200_000, 300_000, 3_600_000)
  await sleep(20)
  let turns = 0
  const turning = setInterval(() => turns++, 0)
  const receipt = await reclaim()
  clearInterval(turning)
  expect(receipt.effects).toMatchObject({ entries: 200_000 })
  expect(cache.size).toBe(100_000)
  expect(keysOf(cache)).toEqual(range(200_000, 300_000))
  expect(turns).toBeGreaterThan(3)
  expect(receipt.blockedMs).toBeLessThan(1000)
})
