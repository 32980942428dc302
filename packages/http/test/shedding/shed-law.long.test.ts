import { createRandom } from '@homeostat/signals/random'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SHED_DEFAULTS } from '../../src/shedding/shed-law.ts'
import { loopPlant, poolPlant } from './plants.ts'

const seeds = fc.integer({ min: 1, max: 1_000_000 })
const few = { numRuns: 15 }
/** A fifth of the traffic is important, and a tenth repeats what failed. */
const MIX = { high: 0.2, normal: 0.5, low: 0.2, retry: 0.1 }
const constant = (load: number) => () => load

describe('a busy event loop', () => {
  test('nothing is refused in 10 minutes at 0.7 of the capacity, with garbage collections of up to 150 ms', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 2_000, max: 20_000 }),
        fc.constantFrom(0.3, 2, 10),
        fc.boolean(),
        (seed, ms, pause, requestMs, varies) => {
          // Longer ones, or ones that take more than a tenth of the time, may look like overload: they take that much of the capacity.
          const stall = { ms, everyMs: Math.max(pause, 10 * ms) }
          const plant = {
            load: constant(0.7),
            ms: 600_000,
            random: createRandom(seed),
            requestMs,
            varies,
            stall,
            mix: MIX,
          }
          const { refused } = loopPlant(plant)
          // Where times vary as much as exponential ones do, forty requests pile up by chance once in some hours. That ends within seconds.
          if (varies) expect(refused).toBeLessThan((0.01 * 600_000 * 0.7) / requestMs)
          else expect(refused).toBe(0)
        },
      ),
      { numRuns: 8 },
    )
  })

  test('shedding that chance has begun at 0.7 of the capacity ends within seconds', () => {
    const plant = { load: constant(0.7), requestMs: 10, varies: true, stall: { everyMs: 5_000, ms: 120 } }
    const mix = { high: 0.1, normal: 0.8, retry: 0.1 }
    const result = loopPlant({ ...plant, ms: 600_000, random: createRandom(103), mix })
    expect(result.refused).toBeGreaterThan(0)
    // While somebody had to be refused each few seconds it went on for minutes: 2,381 were refused.
    expect(result.refused).toBeLessThan(200)
    expect(result.isShedding).toBe(false)
  })

  test('a restart at 0.7 refuses nothing, although the first half second is three times as slow', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const cold = { ms: 500, factor: 3 }
        const result = loopPlant({
          load: constant(0.7),
          ms: 20_000,
          random: createRandom(seed),
          requestMs: 2,
          cold,
          mix: MIX,
        })
        expect(result.refused).toBe(0)
      }),
      few,
    )
  })

  test('at 1.2 to 4 times the capacity at least 90 % of it goes into answers, and waits stay short', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: 1.2, max: 4, noNaN: true }),
        fc.constantFrom(1, 2, 10),
        (seed, load, requestMs) => {
          const plant = {
            ms: 40_000,
            random: createRandom(seed),
            requestMs,
            refusalMs: requestMs / 60,
            mix: MIX,
            leadMs: 8_000,
          }
          const result = loopPlant({ ...plant, load: constant(load) })
          expect(result.goodput).toBeGreaterThan(0.9)
          const turnMs = Math.max(SHED_DEFAULTS.targetDelayMs, 4 * requestMs)
          // Two turns, which important requests make half as long again while they are at most half of the capacity, and one request that
          // begins at the end of the second. They are accepted for ten turns, so that more of them make turns longer.
          if (load * MIX.high <= 0.5) expect(result.p99).toBeLessThan(3 * turnMs + requestMs)
        },
      ),
      few,
    )
  })

  test('the p99 of accepted requests at 3 times the capacity is at most twice the one at the capacity', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const plant = { ms: 40_000, requestMs: 2, leadMs: 8_000, mix: MIX }
        const at = (load: number): number =>
          loopPlant({ ...plant, load: constant(load), random: createRandom(seed) }).p99
        expect(at(3)).toBeLessThan(2 * at(1))
      }),
      few,
    )
  })

  test('retries go first, then what can wait, and important requests stay', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(2, 3), (seed, load) => {
        const plant = { ms: 60_000, random: createRandom(seed), requestMs: 2, mix: MIX }
        const warm = (ms: number): number => (ms < 11_000 ? 0.5 : load)
        const { answered } = loopPlant({ ...plant, load: warm })
        expect(answered['high']).toBeGreaterThan(0.99)
        expect(answered['normal']).toBeGreaterThan(answered['low']!)
        expect(answered['low']).toBeGreaterThanOrEqual(answered['retry']! - 0.02)
      }),
      few,
    )
  })

  test('it is graded: a little too much refuses a little', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const result = loopPlant({ load: constant(1.1), ms: 60_000, random: createRandom(seed), requestMs: 2 })
        expect(result.answered['normal']).toBeGreaterThan(0.82)
        expect(result.answered['normal']).toBeLessThan(0.97)
      }),
      few,
    )
  })
})

describe('a full pool behind the process', () => {
  const tenMs = (): number => 10
  const onset = (load: number) => (ms: number) => (ms < 15_000 ? 0.5 : load)

  test('at 1.3 to 4 times its capacity it stays full, and requests wait for a short queue', () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 1.3, max: 4, noNaN: true }), (seed, load) => {
        const plant = { ms: 60_000, random: createRandom(seed), connections: 10, useMs: tenMs, leadMs: 25_000 }
        const result = poolPlant({ ...plant, load: onset(load) })
        expect(result.isShedding).toBe(true)
        expect(result.p50).toBeLessThan(40)
        expect(result.p99).toBeLessThan(150)
        // 15 s at a half, and then all of it: 0.875 of the whole time.
        expect(result.goodput).toBeGreaterThan(0.85)
      }),
      few,
    )
  })

  test('nothing is refused at 0.7 and 0.9 of its capacity', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(0.7, 0.9), (seed, load) => {
        expect(
          poolPlant({ ms: 120_000, random: createRandom(seed), connections: 10, useMs: tenMs, load: () => load })
            .refused,
        ).toBe(0)
      }),
      few,
    )
  })

  test('a database that becomes 20 times slower, and still serves all, is not overload: more in flight brings more answers', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const useMs = (ms: number): number => (ms < 20_000 ? 20 : 400)
        const plant = { ms: 60_000, random: createRandom(seed), connections: 2_000, useMs, load: () => 1, ratePerMs: 1 }
        expect(poolPlant(plant).refused).toBe(0)
      }),
      { numRuns: 5 },
    )
  })
})
