import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drainSeconds, type Flow, neededConcurrency, utilization } from '../../src/domain.ts'

const calm: Flow = {
  arrivalRate: 10,
  finishRate: 10,
  runSeconds: 2,
  ready: 0,
  active: 20,
  slots: 20,
  isPaused: false,
}
const target = { targetSeconds: 100 }
const amount = (max: number) => fc.double({ min: 0, max, noNaN: true })
const flows: fc.Arbitrary<Flow> = fc.record({
  arrivalRate: amount(1e5),
  finishRate: amount(1e5),
  runSeconds: fc.option(amount(1e5), { nil: undefined }),
  ready: fc.nat(1e7),
  active: fc.nat(1e5),
  slots: amount(1e5),
  isPaused: fc.boolean(),
})

test('a backlog, its uncertainty and the tolerance of the autoscaler are started within the target', () => {
  expect(neededConcurrency({ ...calm, ready: 1600 }, target)).toBeCloseTo((1.1 * (1600 + 40) * 2) / 100)
  expect(neededConcurrency({ ...calm, ready: 900 }, target)).toBeCloseTo(
    (1.1 * (900 + 400 + Math.sqrt(900 + 800)) * 2) / 140,
  )
  // The target absorbs the arrivals of the next time in part, as long as nothing waits.
  expect(neededConcurrency(calm, target)).toBeCloseTo((1.1 * (400 + Math.sqrt(800)) * 2) / 140)
})

test('whatever the flow, the number is finite, not negative, and within the limit of the queue', () => {
  fc.assert(
    fc.property(flows, fc.nat(1000), (flow, limit) => {
      const needed = neededConcurrency(flow, { ...target, globalLimit: limit })
      expect(needed).toBeGreaterThanOrEqual(0)
      expect(needed).toBeLessThan(Number.POSITIVE_INFINITY)
      if (limit > 0 && !flow.isPaused) expect(needed).toBeLessThanOrEqual(limit)
      const eta = drainSeconds(flow)
      if (eta !== undefined) expect(eta).toBeGreaterThanOrEqual(0)
      const share = utilization(flow)
      if (share !== undefined) expect(share).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('more waiting jobs, more arrivals, longer runs and a shorter target never need less', () => {
  fc.assert(
    fc.property(flows, amount(10), (flow, more) => {
      const { arrivalRate, ready, runSeconds } = flow
      const needed = neededConcurrency(flow, target) ?? 0
      const least = needed * (1 - 1e-9)
      expect(neededConcurrency({ ...flow, ready: ready + Math.ceil(more) }, target)).toBeGreaterThanOrEqual(least)
      expect(neededConcurrency({ ...flow, arrivalRate: arrivalRate + more }, target)).toBeGreaterThanOrEqual(least)
      if (runSeconds === undefined || runSeconds + more > 50) return
      expect(neededConcurrency({ ...flow, runSeconds: runSeconds + more }, target)).toBeGreaterThanOrEqual(least)
      expect(neededConcurrency(flow, { targetSeconds: 60 })).toBeGreaterThanOrEqual(least)
    }),
  )
})

test('an empty queue needs nothing, a waiting job one, and a paused queue what runs', () => {
  const empty = { ...calm, arrivalRate: 0, active: 0 }
  expect(neededConcurrency(empty, target)).toBe(0)
  expect(neededConcurrency({ ...empty, ready: 1 }, target)).toBe(1)
  expect(neededConcurrency({ ...empty, ready: 1, runSeconds: undefined }, target)).toBe(1)
  expect(neededConcurrency({ ...calm, ready: 9000, isPaused: true }, target)).toBe(20)
})

test('jobs that are longer than the target keep their workers', () => {
  expect(neededConcurrency({ ...calm, arrivalRate: 0, runSeconds: 3600, active: 7 }, target)).toBe(7)
})

test('a target that is not valid has no number', () => {
  for (const targetSeconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(neededConcurrency(calm, { targetSeconds })).toBe(undefined)
  }
})

test('a backlog drains at the rate of what runs now; without that there is no estimate', () => {
  expect(drainSeconds({ ...calm, ready: 100 })).toBe(10)
  expect(drainSeconds(calm)).toBe(0)
  expect(drainSeconds({ ...calm, ready: 100, active: 0 })).toBe(undefined)
  expect(drainSeconds({ ...calm, ready: 100, runSeconds: undefined })).toBe(undefined)
  expect(drainSeconds({ ...calm, ready: 100, isPaused: true })).toBe(undefined)
  expect(drainSeconds({ ...calm, ready: 1e9, runSeconds: 1e9 })).toBe(undefined)
})

test('the utilization takes the slots that are known to exist', () => {
  expect(utilization(calm)).toBe(1)
  expect(utilization(calm, 40)).toBe(0.5)
  expect(utilization({ ...calm, ready: 5, active: 10 }, 40)).toBe(2)
  expect(utilization({ ...calm, slots: 0 })).toBe(undefined)
  expect(utilization({ ...calm, runSeconds: undefined })).toBe(undefined)
})
