import { expect, test } from 'vitest'
import { ConcurrencyClimb, type ClimbReading } from '../../src/actions/concurrency-climb.ts'

const ROOM: Omit<ClimbReading, 'atMs'> = {
  utilization: 0.2,
  waiting: 100,
  runs: { jobs: 10, seconds: 10 },
  isBarred: false,
}

/** The factors after each look, one every 5 s. */
class Climb {
  readonly climb: ConcurrencyClimb
  #atMs = 0

  constructor(usualSeconds: number | 'unknown' = 1) {
    this.climb = new ConcurrencyClimb(usualSeconds === 'unknown' ? undefined : usualSeconds)
  }

  look(change: Partial<ClimbReading> = {}, times = 1): number[] {
    return Array.from({ length: times }, () => {
      this.climb.look({ ...ROOM, atMs: this.#atMs, ...change })
      this.#atMs += 5000
      return this.climb.factor
    })
  }
}

test('it goes up by a quarter of the own concurrency per look, to four times at most', () => {
  expect(new Climb().look({}, 14)).toEqual([1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 3.75, 4, 4, 4])
})

test('it stays between room and shortage, and gives half of the gain up when the event loop is short of time', () => {
  const climb = new Climb()
  climb.look({}, 4)
  expect(climb.look({ utilization: 0.7 }, 3)).toEqual([2, 2, 2])
  expect(climb.look({ utilization: 0.9 }, 6)).toEqual([1.5, 1.5, 1.5, 1.5, 1.5, 1.5])
  expect(climb.look({ utilization: 0.9 }, 6)).toEqual([1.25, 1.25, 1.25, 1.25, 1.25, 1.25])
  // Less than half a step is given up at once.
  expect(climb.look({ utilization: 0.9 })).toEqual([1.125])
  expect(climb.look({ utilization: 0.9 }, 7).at(-1)).toBe(1)
})

test('after a step down it rests for half a minute', () => {
  const climb = new Climb()
  climb.look({}, 4)
  expect(climb.look({ utilization: 0.9 })).toEqual([1.5])
  expect(climb.look({}, 7)).toEqual([1.5, 1.5, 1.5, 1.5, 1.5, 1.75, 2])
})

test('jobs that run longer than before show that something else is used up', () => {
  const climb = new Climb(1)
  climb.look({}, 4)
  expect(climb.look({ runs: { jobs: 10, seconds: 13 } }, 2)).toEqual([2, 2])
  expect(climb.look({ runs: { jobs: 10, seconds: 30 } })).toEqual([1.5])
})

test('where no run time is known, the first step shows it', () => {
  const climb = new Climb('unknown')
  expect(climb.look({ runs: { jobs: 0, seconds: 0 } })).toEqual([1.25])
  expect(climb.look({ runs: { jobs: 5, seconds: 50 } })).toEqual([1.5])
  expect(climb.look({ runs: { jobs: 5, seconds: 100 } })).toEqual([1.25])
})

test('jobs that are longer than the time between two looks: a step up only every half minute', () => {
  const climb = new Climb()
  expect(climb.look({ runs: { jobs: 0, seconds: 0 } }, 8)).toEqual([1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.5, 1.5])
})

test('when no job has waited for 15 s, or more jobs at once would start nothing, it goes back step by step', () => {
  const climb = new Climb()
  climb.look({}, 4)
  expect(climb.look({ waiting: 0 }, 7)).toEqual([2, 2, 1.75, 1.5, 1.25, 1, 1])
  climb.look({}, 2)
  expect(climb.look({ isBarred: true }, 3)).toEqual([1.25, 1, 1])
})

test('while it is not known whether jobs wait, nothing changes', () => {
  const climb = new Climb()
  climb.look({}, 2)
  expect(climb.look({ waiting: undefined, utilization: 1 }, 3)).toEqual([1.5, 1.5, 1.5])
})
