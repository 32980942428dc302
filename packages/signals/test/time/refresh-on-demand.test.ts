import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { refreshOnDemand } from '../../src/time/refresh-on-demand.ts'

let refreshes: number[]

beforeEach(() => {
  refreshes = []
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})
const start = (): ReturnType<typeof refreshOnDemand> => refreshOnDemand(5_000, () => refreshes.push(performance.now()))

test('frequent collections cause one refresh per interval, and without collections there is none', () => {
  const demand = start()
  for (let at = 0; at < 20_000; at += 500) {
    demand.asked(performance.now())
    vi.advanceTimersByTime(500)
  }
  expect(refreshes).toHaveLength(5)
  vi.advanceTimersByTime(3_600_000)
  expect(refreshes).toHaveLength(5)
})

test('a collection per minute gets values that are 5 s old', () => {
  const demand = start()
  for (let minute = 0; minute < 5; minute++) {
    demand.asked(performance.now())
    vi.advanceTimersByTime(60_000)
  }
  const now = performance.now()
  expect(now - refreshes.at(-1)!).toBe(5_000)
  expect(refreshes).toHaveLength(5 + 4)
})

test('after its end nothing is read', () => {
  const demand = start()
  demand.asked(performance.now())
  vi.advanceTimersByTime(60_000)
  demand.asked(performance.now())
  demand[Symbol.dispose]()
  vi.advanceTimersByTime(600_000)
  expect(refreshes).toHaveLength(2)
})
