import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { CostWindows } from '../../src/costs/cost-windows.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function windows(costMs: number, needs: () => 'none' | 'some' | 'urgent') {
  const lengths: number[] = []
  let openedAt = 0
  const all = new CostWindows(
    {
      open: () => void (openedAt = performance.now()),
      close: () => {
        lengths.push(performance.now() - openedAt)
        return costMs
      },
      get need() {
        return needs()
      },
    },
    error => expect.fail(String(error)),
  )
  return { all, lengths }
}

it('windows cost 0.5 % of a core until costs are sure, then 0.1 %, and end with the jobs', () => {
  let need: 'none' | 'some' | 'urgent' = 'urgent'
  const { all, lengths } = windows(5, () => need)
  vi.advanceTimersByTime(60_000)
  expect(lengths).toEqual([])
  all.wake()
  all.wake()
  vi.advanceTimersByTime(7_000)
  expect(lengths.slice(0, 3)).toEqual([100, 500, 500])
  expect(lengths).toHaveLength(7)
  need = 'some'
  vi.advanceTimersByTime(5_000)
  const before = lengths.length
  vi.advanceTimersByTime(150_000)
  expect(lengths.length - before).toBe(30)
  need = 'none'
  vi.advanceTimersByTime(60_000)
  expect(vi.getTimerCount()).toBe(0)
  all[Symbol.dispose]()
})

it('whatever a window costs, all of them together stay below 0.5 % of a core', () => {
  const { all, lengths } = windows(25, () => 'urgent')
  all.wake()
  vi.advanceTimersByTime(600_000)
  expect((lengths.length * 25) / 600_000).toBeLessThanOrEqual(0.005)
  expect(lengths.length).toBeGreaterThan(100)
  all.cut()
  all[Symbol.dispose]()
  expect(vi.getTimerCount()).toBe(0)
})

it('windows that cost little are 200 ms apart', () => {
  const { all, lengths } = windows(0.1, () => 'some')
  all.wake()
  vi.advanceTimersByTime(70_000)
  expect(lengths).toHaveLength(100)
  all[Symbol.dispose]()
})
