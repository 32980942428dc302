import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY, forecaster, hourlyJob, LIMIT, MINUTE, feed, START } from './machine.ts'

it('learns of what did not happen too, however often samples come', () => {
  const seconds = fc.integer({ min: 5, max: 450 })
  fc.assert(
    fc.property(seconds, fc.integer({ min: 15, max: 60 }), (interval, horizon) => {
      const horizonMs = horizon * MINUTE
      const machine = forecaster({ intervalMs: 1000 * interval, horizonsMs: [horizonMs] })
      feed(machine, () => 0.3, START, DAY / 2, 1000 * interval)
      const { outcomes, crossings } = machine.score(LIMIT, horizonMs)
      expect(crossings).toBe(0)
      // An origin every eighth of a horizon, or every interval, up to one interval apart.
      const mostMs = horizonMs / 8 + 1000 * interval
      expect(outcomes).toBeGreaterThanOrEqual(Math.floor((DAY / 2 - horizonMs) / mostMs) - 1)
    }),
    { numRuns: 40 },
  )
})

it.each([5, 10, 15, 30, 60])('knows the base rate of an hourly job from a sample every %i s', seconds => {
  const machine = forecaster({ intervalMs: 1000 * seconds })
  feed(machine, hourlyJob(20), START, 2 * DAY, 1000 * seconds)
  const { baseRate, skill } = machine.score(LIMIT, 15 * MINUTE)
  // Crossings follow in 15 of the 57 minutes that are below the limit.
  expect(baseRate).toBeCloseTo(15 / 57, 1)
  expect(skill).toBeGreaterThan(0.5)
})
