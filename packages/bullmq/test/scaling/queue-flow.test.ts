import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FlowSample, QueueFlow } from '../../src/domain.ts'

const none = { jobs: 0, seconds: 0 }
const first: FlowSample = {
  atMs: 0,
  added: 1000,
  newestMade: 0,
  newestUnmade: 0,
  ready: 0,
  isPaused: false,
  active: 4,
  unfinished: 4,
  runs: none,
}

/** Reads a queue every 5 s, changed by the same amounts each time. */
function after(
  samples: number,
  change: (sample: FlowSample, n: number) => Partial<FlowSample>,
  from = first,
): QueueFlow {
  const flow = new QueueFlow()
  flow.observe(from)
  let sample = from
  for (let n = 1; n <= samples; n++) {
    sample = { ...sample, ...change(sample, n), atMs: from.atMs + n * 5000 }
    flow.observe(sample)
  }
  return flow
}

test('rates follow from the counter and the sizes, and the run time from the jobs that run', () => {
  const flow = after(20, ({ added }) => ({ added: added + 10 }))
  expect(flow.flow).toMatchObject({ ready: 0, active: 4, slots: 4 })
  expect(flow.flow?.arrivalRate).toBeCloseTo(2)
  expect(flow.flow?.finishRate).toBeCloseTo(2)
  expect(flow.flow?.runSeconds).toBeCloseTo(2)
})

test('a growing backlog is arrivals that have not ended', () => {
  const flow = after(20, ({ added, ready, unfinished }) => ({
    added: added + 30,
    ready: ready + 20,
    unfinished: unfinished + 20,
  }))
  expect(flow.flow?.arrivalRate).toBeCloseTo(6)
  expect(flow.flow?.finishRate).toBeCloseTo(2)
})

test('a delayed job and a parent of a flow arrive when they are due', () => {
  // They are added all the time and wait for their turn.
  const waiting = after(20, ({ added, unfinished }) => ({ added: added + 10, unfinished: unfinished + 10 }))
  expect(waiting.flow?.arrivalRate).toBe(0)
  // Nothing is added, and they become ready.
  const due = after(20, ({ ready }) => ({ ready: ready + 10 }), { ...first, unfinished: 1000 })
  expect(due.flow?.arrivalRate).toBeCloseTo(2)
  expect(due.flow?.finishRate).toBe(0)
})

test('failed jobs that are retried by hand arrive', () => {
  const flow = after(20, ({ ready, unfinished }) => ({ ready: ready + 10, unfinished: unfinished + 10 }))
  expect(flow.flow?.arrivalRate).toBeCloseTo(2)
})

test('adds that make no job do not count', () => {
  const flow = after(60, ({ added }) => ({ added: added + 40, newestMade: 5, newestUnmade: 15 }))
  expect(flow.flow?.arrivalRate).toBeCloseTo(2)
})

test('a queue that is paused and resumed has no burst', () => {
  const flow = after(40, ({ added, ready, unfinished }, n) => ({
    added: added + 10,
    ready: ready + 10,
    unfinished: unfinished + 10,
    isPaused: n < 20,
  }))
  expect(flow.flow?.arrivalRate).toBeCloseTo(2)
})

test('the run times of this process outweigh what the sizes say while there are five of late', () => {
  const flow = after(5, ({ added }) => ({ added: added + 10, runs: { jobs: 1, seconds: 3 } }))
  expect(flow.flow?.runSeconds).toBeCloseTo(2)
  const more = after(6, ({ added }) => ({ added: added + 10, runs: { jobs: 1, seconds: 3 } }))
  expect(more.flow?.runSeconds).toBeCloseTo(3)
  const stopped = after(200, ({ added }, n) => ({ added: added + 10, runs: n < 10 ? { jobs: 9, seconds: 27 } : none }))
  expect(stopped.flow?.runSeconds).toBeCloseTo(2)
})

test('the last run time stays while no job ends', () => {
  const flow = after(500, ({ added }, n) => ({
    added: n < 10 ? added + 10 : added,
    runs: n < 10 ? { jobs: 9, seconds: 27 } : none,
  }))
  expect(flow.flow?.runSeconds).toBeCloseTo(3)
  expect(flow.flow?.arrivalRate).toBeLessThan(0.01)
})

test('a rate that has changed counts from the change on, and one batch does not change it', () => {
  const burst = after(40, ({ added }, n) => ({ added: added + (n > 35 ? 100 : 10) }))
  expect(burst.flow?.arrivalRate).toBeGreaterThan(15)
  const batch = after(40, ({ added }, n) => ({ added: added + (n === 38 ? 100 : 10) }))
  expect(batch.flow?.arrivalRate).toBeLessThan(3)
})

test('a counter that goes back starts anew', () => {
  const flow = after(20, ({ added }) => ({ added: added + 1000 }))
  flow.observe({ ...first, added: 0, atMs: 105_000 })
  expect(flow.flow).toBe(undefined)
  for (let n = 1; n <= 10; n++) flow.observe({ ...first, added: n * 10, atMs: 105_000 + n * 5000 })
  expect(flow.flow?.arrivalRate).toBeCloseTo(2)
})

test('a clock that stands or goes back, and values that are not numbers, change nothing', () => {
  const flow = after(20, ({ added }) => ({ added: added + 10 }))
  const before = flow.flow
  flow.observe({ ...first, added: 9999, atMs: 100_000 })
  flow.observe({ ...first, added: 9999, atMs: 50_000 })
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    for (const field of ['added', 'newestMade', 'newestUnmade', 'ready', 'active', 'unfinished'] as const) {
      flow.observe({ ...first, atMs: 105_000, [field]: wrong })
    }
  }
  flow.observe({ ...first, atMs: Number.NaN })
  expect(flow.flow).toEqual(before)
})

test('whatever comes, the flow is finite and not negative', () => {
  const count = fc.oneof(fc.nat(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0))
  const sample = fc.record({
    atMs: fc.oneof(fc.nat(1e7), fc.constant(Number.NaN)),
    added: count,
    newestMade: count,
    newestUnmade: count,
    ready: count,
    isPaused: fc.boolean(),
    active: count,
    unfinished: count,
    runs: fc.record({ jobs: count, seconds: count }),
  })
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 50 }), samples => {
      const flow = new QueueFlow()
      for (const one of samples.toSorted((a, b) => a.atMs - b.atMs)) {
        flow.observe(one)
        for (const [name, value] of Object.entries(flow.flow ?? {})) {
          if (typeof value === 'number') expect(Number.isFinite(value) && value >= 0, name).toBe(true)
        }
      }
    }),
  )
})
