import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Admission, UNLIMITED, type Capacity, type Demand } from '../../src/admission/admission.ts'
import { weightOf } from '../../src/admission/weight.ts'
import { simulate, TURN_MS, type SimulatedJob, type SimulatedRun } from './simulated-jobs.ts'

const LOOP: Capacity = { loop: 1, database: Infinity }
const computes: Demand = { loop: 1, database: 0 }
const waits: Demand = { loop: 0.25, database: 0 }
const queries: Demand = { loop: 0, database: 3 }

function asked(demand: Demand, firstAskedAt = 0, expectedMs = 50) {
  return { demand, expectedMs, firstAskedAt }
}
/** An admission whose loop has turned, so that only the capacity counts. */
function limitedTo(capacity: Capacity): Admission {
  const admission = new Admission()
  admission.limit(capacity)
  return admission
}

describe('admission', () => {
  it('lets jobs that compute run one after the other', () => {
    const admission = limitedTo(LOOP)
    const first = admission.ask(asked(computes), 0)
    admission.turn()
    const second = admission.ask(asked(computes), 1)
    expect([first.state, second.state]).toEqual(['running', 'waiting'])
    admission.end(first, 50)
    // Not in the turn in which the first one has ended, and not before the loop has rested.
    expect(admission.advance(50)).toEqual([])
    admission.turn()
    expect(admission.advance(50)).toEqual([])
    expect(admission.nextAt(50)).toBeCloseTo(52)
    expect(admission.advance(52)).toEqual([second])
  })

  it('lets jobs that mostly wait run together, each in a turn of its own', () => {
    const admission = limitedTo(LOOP)
    const tickets = Array.from({ length: 5 }, (_, at) => admission.ask(asked(waits), at))
    expect(tickets.map(({ state }) => state)).toEqual(['running', 'waiting', 'waiting', 'waiting', 'waiting'])
    for (let turn = 0; turn < 6; turn++) {
      admission.turn()
      admission.advance(10)
    }
    expect(tickets.map(({ state }) => state)).toEqual(['running', 'running', 'running', 'running', 'waiting'])
  })

  it('lets a job run alone that asks for more than there is, rather than never', () => {
    const admission = limitedTo({ loop: Infinity, database: 2 })
    const small = admission.ask(asked({ loop: 0, database: 1 }), 0)
    const large = admission.ask(asked(queries), 0)
    const last = admission.ask(asked({ loop: 0, database: 1 }), 0)
    // The last one would fit, and would keep the large one waiting for ever if it were let past.
    expect([small.state, large.state, last.state]).toEqual(['running', 'waiting', 'waiting'])
    admission.end(small, 10)
    expect(admission.advance(10)).toEqual([large])
    admission.end(large, 20)
    expect(admission.advance(20)).toEqual([last])
  })

  it('lets a job pass another one only where the two need nothing in common', () => {
    const admission = limitedTo({ loop: 1, database: 3 })
    admission.ask(asked(computes), 0)
    admission.turn()
    expect(admission.ask(asked(computes), 0).state).toBe('waiting')
    expect(admission.ask(asked(queries), 0).state).toBe('running')
    expect(admission.ask(asked({ loop: 1, database: 3 }), 0).state).toBe('waiting')
  })

  it('starts a job that was deferred before those that asked after it', () => {
    const admission = limitedTo(LOOP)
    const running = admission.ask(asked(computes, 0), 0)
    const later = admission.ask(asked(computes, 500), 500)
    const deferred = admission.ask(asked(computes, 100), 600)
    admission.end(running, 650)
    admission.turn()
    expect(admission.advance(700)).toEqual([deferred])
    expect(later.state).toBe('waiting')
  })

  it('does not wait for a run that hangs', () => {
    const admission = limitedTo(LOOP)
    admission.ask(asked(computes, 0, 200), 0)
    const next = admission.ask(asked(computes), 1)
    admission.turn()
    expect(admission.nextAt(1)).toBe(2000)
    expect(admission.advance(1999)).toEqual([])
    expect(admission.advance(2000)).toEqual([next])
  })

  it('starts one job more where the loop has time to spare', () => {
    const admission = limitedTo(LOOP)
    admission.ask(asked(computes), 0)
    const [second, third] = [admission.ask(asked(computes), 0), admission.ask(asked(computes), 0)]
    admission.turn()
    expect(admission.advance(50, { isLoopIdle: true })).toEqual([second])
    expect(third.state).toBe('waiting')
  })

  it('leaves the loop free for half of the time at half a loop', () => {
    const jobs = Array.from({ length: 40 }, () => ({ at: 0, runMs: 50, demand: computes }))
    const runs = simulate({ capacity: { loop: 0.5, database: Infinity }, jobs })
    const tookMs = Math.max(...runs.map(({ endedAt }) => endedAt))
    expect((40 * 50) / tookMs).toBeGreaterThan(0.47)
    expect((40 * 50) / tookMs).toBeLessThan(0.52)
  })

  it('loses at most 5 % of the time at one loop', () => {
    const jobs = Array.from({ length: 40 }, () => ({ at: 0, runMs: 50, demand: computes }))
    const tookMs = Math.max(...simulate({ capacity: LOOP, jobs }).map(({ endedAt }) => endedAt))
    expect(tookMs).toBeLessThan(1.05 * 40 * 50)
  })

  it('limits nothing until it has a limit', () => {
    const admission = new Admission()
    expect(admission.capacity).toBe(UNLIMITED)
    const states = Array.from({ length: 100 }, () => admission.ask(asked({ loop: 1, database: 9 }), 0).state)
    expect(new Set(states)).toEqual(new Set(['running']))
  })

  it('expects a job to wait for the work that is left before it', () => {
    const admission = limitedTo(LOOP)
    admission.ask(asked(computes), 0)
    admission.ask(asked(waits, 0, 200), 0)
    expect(admission.waitMs({ demand: computes }, 20)).toBe(30 + 0.25 * 200)
    expect(admission.waitMs({ demand: queries }, 20)).toBe(0)
  })
})

/** Any mix of jobs that compute, that wait, that query, and that do several of these. */
const someJobs: fc.Arbitrary<SimulatedJob[]> = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 500 }),
    runMs: fc.integer({ min: 1, max: 100 }),
    demand: fc
      .record({ loop: fc.double({ min: 0, max: 1, noNaN: true }), database: fc.integer({ min: 0, max: 4 }) })
      .map(({ loop, database }) => ({ loop: loop < 0.1 ? 0 : weightOf(loop), database })),
  }),
  { minLength: 1, maxLength: 40, size: 'max' },
)
const someCapacity: fc.Arbitrary<Capacity> = fc.record({
  loop: fc.constantFrom(0.5, 1, 2, Infinity),
  database: fc.constantFrom(1, 2.5, 8, Infinity),
})

function shares(a: Demand, b: Demand, capacity: Capacity): boolean {
  return (['loop', 'database'] as const).some(
    resource => capacity[resource] !== Infinity && a[resource] > 0 && b[resource] > 0,
  )
}

describe('whatever the jobs are, admission', () => {
  it('never gives out more than there is, except to a job that runs alone', () => {
    fc.assert(
      fc.property(someCapacity, someJobs, (capacity, jobs) => {
        simulate({
          capacity,
          jobs,
          onChange(running) {
            for (const resource of ['loop', 'database'] as const) {
              const taken = running.map(({ demand }) => demand[resource]).filter(demand => demand > 0)
              const sum = taken.reduce((total, demand) => total + demand, 0)
              if (taken.length > 1) expect(sum).toBeLessThanOrEqual(capacity[resource] + 1e-6)
            }
          },
        })
      }),
    )
  })

  it('starts jobs that need the same in the order in which they asked', () => {
    fc.assert(
      fc.property(someCapacity, someJobs, (capacity, jobs) => {
        const runs = simulate({ capacity, jobs })
        expect(runs).toHaveLength(jobs.length)
        for (const one of runs) {
          for (const other of runs)
            if (one.at < other.at && shares(one.demand, other.demand, capacity))
              expect(one.startedAt).toBeLessThanOrEqual(other.startedAt)
        }
      }),
    )
  })

  it('starts a job at the latest when those before it have run one after the other', () => {
    fc.assert(
      fc.property(someCapacity, someJobs, (capacity, jobs) => {
        const runs = simulate({ capacity, jobs })
        for (const run of runs) {
          const before = runs.filter(other => other !== run && other.at <= run.at && other.endedAt > run.at)
          expect(run.startedAt - run.at).toBeLessThanOrEqual(boundOf(before, capacity) + 1e-6)
        }
      }),
    )
  })

  it('never starts two jobs that use the loop in one turn of it', () => {
    fc.assert(
      fc.property(someJobs, jobs => {
        const runs = simulate({ capacity: LOOP, jobs }).filter(({ demand }) => demand.loop > 0)
        const starts = runs.map(({ startedAt }) => startedAt).toSorted((a, b) => a - b)
        for (let at = 1; at < starts.length; at++) expect(starts[at]! - starts[at - 1]!).toBeGreaterThanOrEqual(TURN_MS)
      }),
    )
  })

  it('lets jobs that ask for nothing limited start at once', () => {
    fc.assert(
      fc.property(someCapacity, someJobs, (capacity, jobs) => {
        const light = jobs.map((job, at) => (at % 2 === 0 ? { ...job, demand: { loop: 0, database: 0 } } : job))
        for (const run of simulate({ capacity, jobs: light }))
          if (run.demand.loop === 0 && run.demand.database === 0) expect(run.startedAt).toBe(run.at)
      }),
    )
  })
})

/** The time that the jobs before it take one after the other, with the rests of the loop: twice the run at half a loop. */
function boundOf(before: readonly SimulatedRun[], { loop }: Capacity): number {
  const perRun = loop >= 1 ? 1.04 : 1 / loop + 0.04
  // A rest that is owed from before adds less than a millisecond, and each turn one.
  return (
    before.reduce((sum, { runMs }) => sum + runMs * perRun + 2 * TURN_MS, 0) + 100 / Math.min(1, loop) + 2 * TURN_MS
  )
}

describe('weight', () => {
  it('lets whole jobs fill a loop', () => {
    expect([1, 0.97, 0.84, 0.6, 0.5, 0.3, 0.1].map(weightOf).map(weight => Math.round(1 / weight))).toEqual([
      1, 1, 1, 2, 2, 4, 10,
    ])
  })

  it('is at most one loop, and more than nothing', () => {
    expect([weightOf(5), weightOf(0), weightOf(Number.NaN)]).toEqual([1, 0.01, 0.01])
  })
})
