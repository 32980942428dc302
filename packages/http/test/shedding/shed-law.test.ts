import { createRandom } from '@homeostat/signals/random'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SHED_DEFAULTS, ShedLaw } from '../../src/shedding/shed-law.ts'
import { loopPlant } from './plants.ts'

const constant = (load: number) => () => load

test('important requests alone are refused where they are too many', () => {
  const result = loopPlant({
    load: constant(3),
    ms: 40_000,
    random: createRandom(1),
    requestMs: 2,
    mix: { high: 1 },
    leadMs: 8_000,
  })
  expect(result.goodput).toBeGreaterThan(0.9)
  expect(result.p99).toBeLessThan(25 * SHED_DEFAULTS.targetDelayMs)
})

test('it ends after five calm seconds and not before', () => {
  const burst = (until: number) => (ms: number) => (ms < 15_000 ? 0.3 : ms < until ? 3 : 0.3)
  const plant = { random: createRandom(3), requestMs: 2 }
  expect(loopPlant({ ...plant, load: burst(20_000), ms: 20_000 }).isShedding).toBe(true)
  expect(loopPlant({ ...plant, load: burst(20_000), ms: 23_000 }).isShedding).toBe(true)
  expect(loopPlant({ ...plant, load: burst(20_000), ms: 28_000 }).isShedding).toBe(false)
})

test('it also ends where requests are let through, and counts each of them once', () => {
  const load = (ms: number): number => (ms < 15_000 ? 0.3 : ms < 18_000 ? 1.5 : 0.7)
  for (let seed = 1; seed <= 8; seed++) {
    const plant = { load, requestMs: 10, varies: true, sheds: 'notes' as const }
    expect(loopPlant({ ...plant, random: createRandom(seed), ms: 18_000 }).isShedding, `seed ${seed}`).toBe(true)
    const { isShedding, refused } = loopPlant({ ...plant, random: createRandom(seed), ms: 30_000 })
    expect(isShedding, `seed ${seed}`).toBe(false)
    expect(refused).toBeGreaterThan(0)
  }
})

test('what is let through is part of the mean time per request', () => {
  const law = new ShedLaw({ ...SHED_DEFAULTS, warmUpMs: 0 })
  const reasons = new Set<string | undefined>()
  for (let turn = 1; turn <= 40; turn++) {
    // More than the loop can do: each turn is longer than the one before it.
    const requests = turn * 5
    for (let request = 0; request < requests; request++) {
      const reason = law.refusal('normal', request * 2, 0, turn * 1000)
      reasons.add(reason)
      if (reason !== undefined) law.letThrough(reason)
    }
    law.endTurn(requests * 2, turn * 1000)
  }
  expect([...reasons]).toEqual([undefined, 'loop'])
  expect(law.requestMs).toBeCloseTo(2)
})

test('a health check is never refused', () => {
  const result = loopPlant({
    load: constant(4),
    ms: 30_000,
    random: createRandom(1),
    requestMs: 2,
    mix: { exempt: 0.02 },
  })
  expect(result.answered['exempt']).toBe(1)
})

test('a single stall of ten seconds is not overload', () => {
  const law = new ShedLaw({ ...SHED_DEFAULTS, warmUpMs: 0 })
  let now = 0
  for (const heldMs of [1, 2, 10_000, 700, 490, 343, 240, 168, 118, 82, 57, 40, 28, 20, 14, 9]) {
    for (let request = 0; request < heldMs / 2; request++) expect(law.refusal('retry', 0, 0, now)).toBeUndefined()
    law.endTurn(heldMs, (now += heldMs))
    expect(law.isShedding).toBe(false)
  }
})

test('no sequence of numbers makes it throw, or refuse a health check', () => {
  const wild = fc.double({ min: -1e9, max: 1e9 })
  const step = fc.record({
    held: wild,
    elapsed: wild,
    inFlight: wild,
    time: fc.double({ min: 0, max: 1e6, noNaN: true }),
    sample: fc.array(wild, { minLength: 6, maxLength: 6 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const law = new ShedLaw({ ...SHED_DEFAULTS, warmUpMs: 0 })
      let now = 0
      for (const { held, elapsed, inFlight, time, sample } of steps) {
        now += time
        const [periodMs = 0, flying = 0, completed = 0, durationMs = 0, usualMs = 0, refused = 0] = sample
        law.advance({ periodMs, inFlight: flying, completed, durationMs, usualMs, refused }, now)
        law.endTurn(held, now)
        law.refusal('normal', elapsed, inFlight, now)
        expect(law.refusal('exempt', elapsed, inFlight, now)).toBeUndefined()
        expect(law.inFlightLimit).toBeGreaterThanOrEqual(SHED_DEFAULTS.leastInFlight)
      }
    }),
  )
})
