import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY, forecaster, hourlyJob, LIMIT, MINUTE, feed, createRandom, START } from './machine.ts'

const SECOND = 1000

/** A load that swings with the day and drifts for minutes at a time, as an exporter shows it that tells it once a minute. */
function drift(seed: number): (timestampMs: number) => number {
  const next = createRandom(seed)
  let [minute, swerve] = [-1, 0]
  return timestampMs => {
    const now = Math.floor(timestampMs / MINUTE)
    if (now !== minute) swerve = 0.9 * swerve + 0.12 * (next() + next() + next() - 1.5)
    minute = now
    return 0.4 + 0.12 * Math.sin((2 * Math.PI * now * MINUTE) / DAY) + swerve
  }
}

/** Brier skill of a forecaster that expects samples at one cadence and gets them at another. */
function skillOf(expectedSeconds: number, seconds: number): number {
  const skills = [1, 2, 3].map(seed => {
    const machine = forecaster({ intervalMs: expectedSeconds * SECOND })
    feed(machine, drift(seed), START, 5 * DAY, seconds * SECOND)
    return machine.score(LIMIT, 15 * MINUTE).skill ?? Number.NaN
  })
  return skills.reduce((sum, skill) => sum + skill, 0) / skills.length
}

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

it.each([5, 15])('is not spoiled by a value that stays the same for a minute and is read every %i s', seconds => {
  const skill = skillOf(60, 60)
  expect(skill).toBeGreaterThan(0.05)
  expect(Math.abs(skillOf(seconds, seconds) - skill)).toBeLessThan(0.03)
})

it.each([30, 60])('loses little when it expects a sample every 15 s and gets one every %i s', seconds => {
  expect(skillOf(15, seconds)).toBeGreaterThan(skillOf(seconds, seconds) - 0.03)
})
