import type { Optimizer } from '@homeostat/optimizer'
import { Registry } from '@homeostat/signals'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ServiceName } from '../../src/doors/service-name.ts'
import { lookMsAt, Rhythm } from '../../src/lifecycle/rhythm.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A loop that counts what it is asked for. */
function counting() {
  const counts = { ticks: 0, looks: 0 }
  const looks = {
    everyMs: undefined as number | undefined,
    areNeeded: false,
    lookInSlices: async () => void counts.looks++,
  }
  const optimizer = { tickInSlices: async () => void counts.ticks++, looks } as unknown as Optimizer
  const { faults } = new Registry({ scope: { name: 'test' } })
  const service = new ServiceName({ service: 'shop' })
  const waits = { loaded: undefined, resume: () => Promise.resolve() }
  const rhythm = (intervalMs: number): Rhythm =>
    new Rhythm({ intervalMs, optimizer, faults, service, readers: [], ...waits })
  return { counts, looks, rhythm }
}

test('guards are looked at between ticks while a trial needs it, and no timer runs at other times', async () => {
  const { counts, looks, rhythm } = counting()
  const running = rhythm(5000)
  // A trial that begins while nobody looks is read at ticks.
  expect(looks.everyMs).toBeUndefined()
  running.start()
  expect(looks.everyMs).toBe(1000)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(counts).toEqual({ ticks: 12, looks: 0 })
  expect(vi.getTimerCount()).toBe(1)

  looks.areNeeded = true
  // The trial begins in the tick, and looks begin after it.
  await vi.advanceTimersByTimeAsync(5000)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(counts.looks).toBeGreaterThanOrEqual(9)
  expect(counts.looks).toBeLessThanOrEqual(10)

  looks.areNeeded = false
  await vi.advanceTimersByTimeAsync(1000)
  const { looks: before } = counts
  await vi.advanceTimersByTimeAsync(30_000)
  expect(counts.looks).toBe(before)
  expect(vi.getTimerCount()).toBe(1)

  looks.areNeeded = true
  await vi.advanceTimersByTimeAsync(6000)
  running.stop()
  const stopped = { ...counts }
  await vi.advanceTimersByTimeAsync(30_000)
  expect(counts).toEqual(stopped)
  expect(vi.getTimerCount()).toBe(0)
})

test('ticks that are close together need no looks, and ticks that are far apart have ten', async () => {
  expect([10, 1000, 1999].map(lookMsAt)).toEqual([undefined, undefined, undefined])
  expect([2000, 5000, 10_000, 60_000, 3_600_000].map(lookMsAt)).toEqual([1000, 1000, 1000, 6000, 360_000])
  const { counts, looks, rhythm } = counting()
  looks.areNeeded = true
  const running = rhythm(1000)
  running.start()
  await vi.advanceTimersByTimeAsync(10_000)
  running.stop()
  expect(counts).toEqual({ ticks: 10, looks: 0 })
})
