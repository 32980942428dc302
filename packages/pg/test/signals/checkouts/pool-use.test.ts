import { expect, it } from 'vitest'
import { PoolUseHistory } from '../../../src/signals/checkouts/pool-use.ts'

/** A pool with so many calls per second, each of which takes so long; both as functions of the time in seconds. */
function observed(seconds: number, busyAt: (second: number) => number, length = 0.1): PoolUseHistory {
  const history = new PoolUseHistory()
  let usedMs = 0
  let checkouts = 0
  for (let second = 0; second <= seconds; second += 5) {
    history.add({ at: 1e6 + second * 1000, checkouts: Math.round(checkouts), usedMs })
    usedMs += 5000 * busyAt(second + 2.5)
    checkouts += (5 * busyAt(second + 2.5)) / length
  }
  return history
}

it("by Little's law, connections in use are the rate times the length", () => {
  const use = observed(60, () => 4).use()!
  expect(use.busy).toBeCloseTo(4)
  expect(use.rate).toBeCloseTo(40)
  expect(use.rate * use.seconds).toBeCloseTo(use.busy)
})

it('the use of the last minute does not count what was before', () => {
  const history = observed(300, second => (second < 240 ? 1 : 5))
  expect(history.use(60_000)!.busy).toBeCloseTo(5)
})

it('nothing is known from one moment, or from moments closer than five seconds', () => {
  const history = new PoolUseHistory()
  for (const at of [0, 1000, 4999]) history.add({ at, checkouts: at, usedMs: at })
  expect(history.use()).toBeUndefined()
  expect(history.secondsToSaturation(10)).toBeUndefined()
})

it('a use that rises reaches the limit when the line does', () => {
  // One more connection each minute: 3 now, 10 are reached in seven minutes.
  expect(observed(180, second => second / 60).secondsToSaturation(10)).toBeCloseTo(420, -1)
})

it('a use that is steady or falls reaches no limit, and one that has reached it takes no time', () => {
  expect(observed(180, () => 4).secondsToSaturation(10)).toBeUndefined()
  expect(observed(180, second => 8 - second / 60).secondsToSaturation(10)).toBeUndefined()
  expect(observed(180, () => 10).secondsToSaturation(10)).toBe(0)
})

it('a checkout that goes on is a part of the use', () => {
  const history = new PoolUseHistory()
  history.add({ at: 0, checkouts: 1, usedMs: 0 })
  history.add({ at: 10_000, checkouts: 1, usedMs: 10_000 })
  expect(history.use()).toEqual({ busy: 1, rate: 0, seconds: 10 })
})
