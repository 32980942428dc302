import { expect, test } from 'vitest'
import { advanceCondition, INACTIVE, isFiring } from '../../src/alerts/condition.ts'
import type { Condition } from '../../src/alerts/condition.ts'
import { keepFiringMs, mayFire, mayResolve, NO_FLAPS, recordFire, recordResolve } from '../../src/alerts/flap-budget.ts'
import { EvaluationTimes } from './evaluation-times.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const INTERVAL_MS = 5000

/** Fires and resolves of a trouble that comes and goes, in minutes. */
function transitionsOf(isTrouble: (minute: number) => boolean, hours: number): { at: number; fires: boolean }[] {
  const policy = { forMs: 30_000, keepFiringForMs: MINUTE_MS, intervalMs: INTERVAL_MS, startedAt: 0 }
  const transitions: { at: number; fires: boolean }[] = []
  const times = new EvaluationTimes()
  let condition: Condition = INACTIVE
  for (let now = 0; now < hours * HOUR_MS; now += INTERVAL_MS) {
    const reading = isTrouble(now / MINUTE_MS) ? 'holds' : 'clear'
    const next = advanceCondition(condition, reading, times.next(now), policy)
    if (isFiring(next) !== isFiring(condition)) transitions.push({ at: now / MINUTE_MS, fires: isFiring(next) })
    condition = next
  }
  return transitions
}

test('a trouble that swings every ten minutes ends up firing all the time', () => {
  const transitions = transitionsOf(minute => minute % 10 < 5, 24)
  expect(transitions.at(-1)).toMatchObject({ fires: true })
  expect(transitions.at(-1)?.at).toBeLessThan(180)
})

test('an alert that returns every five hours fires each time, in time', () => {
  const transitions = transitionsOf(minute => minute % 300 < 20, 20)
  expect(transitions).toHaveLength(8)
  for (const { at, fires } of transitions) expect(at % 300).toBeCloseTo(fires ? 0.5 : 21, 0)
})

test('an alert that returns within four hours fires each time, in time, and is kept for an hour', () => {
  const transitions = transitionsOf(minute => minute % 120 < 20, 10)
  for (const { at, fires } of transitions.slice(2)) expect(at % 120).toBeCloseTo(fires ? 0.5 : 60.6, 0)
  expect(transitions).toHaveLength(10)
})

test('two short alerts in the first hour both fire, and the second is kept for longer', () => {
  const transitions = transitionsOf(minute => minute < 5 || (minute >= 20 && minute < 25), 3)
  expect(transitions.slice(0, 3).map(({ at }) => Math.round(at))).toEqual([1, 6, 21])
  // It resolves once the budget has room for one more fire after that.
  expect(transitions[3]?.at).toBeGreaterThan(60)
  expect(transitions[3]?.at).toBeLessThan(70)
})

test('after the first hour a second trouble soon after a first one waits until the hour is over, then fires if it lasts', () => {
  const transitions = transitionsOf(minute => (minute >= 200 && minute < 205) || minute >= 220, 6)
  expect(transitions.map(({ at, fires }) => [Math.round(at), fires])).toEqual([
    [201, true],
    [206, false],
    [261, true],
  ])
})

test('keep-firing doubles with each re-fire, up to an hour, and never falls below what the rule asks', () => {
  const kept = (refires: number, keepMs: number): number =>
    keepFiringMs({ transitions: [], isFirst: false, refires }, keepMs, INTERVAL_MS)
  expect([0, 1, 2, 3].map(refires => kept(refires, MINUTE_MS) / MINUTE_MS)).toEqual([1, 2, 4, 8])
  expect(kept(1000, MINUTE_MS)).toBe(HOUR_MS)
  expect(kept(0, 0)).toBe(0)
  expect(kept(1, 0)).toBe(2 * INTERVAL_MS)
  expect(kept(1, 2 * HOUR_MS)).toBe(2 * HOUR_MS)
})

test('a quiet hour gives a firing its own keep-firing back, and four make it a first one', () => {
  let flaps = recordResolve(recordFire(NO_FLAPS, 0), MINUTE_MS)
  flaps = recordFire(flaps, 30 * MINUTE_MS)
  expect(flaps).toMatchObject({ isFirst: false, refires: 1 })
  flaps = recordFire(recordResolve(flaps, 40 * MINUTE_MS), 101 * MINUTE_MS)
  expect(flaps).toMatchObject({ isFirst: false, refires: 0 })
  flaps = recordFire(recordResolve(flaps, 160 * MINUTE_MS), 401 * MINUTE_MS)
  expect(flaps).toEqual({ isFirst: true, refires: 0, transitions: [401 * MINUTE_MS] })
})

test('a clock that goes back does not block until that time has come again', () => {
  const flaps = recordResolve(recordFire(NO_FLAPS, 100 * HOUR_MS), 100 * HOUR_MS + 1)
  expect(mayFire(flaps, 100 * HOUR_MS + 2, 0)).toBe(false)
  expect(mayFire(flaps, 50 * HOUR_MS, 0)).toBe(true)
  expect(mayResolve(recordFire(flaps, 50 * HOUR_MS), 50 * HOUR_MS + 1, 0)).toBe(true)
})
