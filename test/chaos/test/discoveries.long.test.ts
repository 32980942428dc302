import { expect, test } from 'vitest'
import { daysUntilEffective } from '../src/verdicts/life/days-until.ts'
import { watchFleet } from '../src/verdicts/life/fleet-of-rules.ts'

test('of a fleet of rules those that help are found within a week, while the others go through generations', () => {
  const days = watchFleet({ placebos: 24, real: 4, days: 30 }, 1)
  expect(days[6]).toMatchObject({ found: 1 })
  // The fleet's placebos must have had many chances to be called effective.
  expect(days.at(-1)!.generation).toBeGreaterThanOrEqual(8)
})

test('four times as many alarms per day take a quarter of the days', () => {
  const [rare, frequent] = [5, 20].map(alarms => {
    const days = Array.from({ length: 20 }, (_, seed) => daysUntilEffective(0.8, alarms, seed).judge)
    return days.toSorted((a, b) => a - b)[10]!
  })
  expect(rare! / frequent!).toBeGreaterThan(3)
  expect(rare! / frequent!).toBeLessThan(5)
})
