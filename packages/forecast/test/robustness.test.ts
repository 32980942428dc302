import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, feed, forecaster, HORIZON, HOUR, hourlyJob, LIMIT, MINUTE, createRandom, START } from './machine.ts'

describe('a forecaster on a series as they are', () => {
  it('answers with a probability whatever it has seen', () => {
    const value = fc.oneof(
      fc.double(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(0, -0, LIMIT, 1e300, -1e300, Number.MIN_VALUE, Number.NaN, Infinity, -Infinity),
    )
    const passed = fc.oneof(
      fc.constant(MINUTE),
      fc.integer({ min: -2 * DAY, max: 20 * DAY }),
      fc.constantFrom(0, 1, 0.5, Number.NaN, Infinity),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(passed, value), { maxLength: 120 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: MINUTE, max: 100 * DAY }),
        (samples, limit, horizon) => {
          const cpu = forecaster({ thresholds: [LIMIT, limit] })
          let now = START
          for (const [ms, value] of samples) {
            now += Number.isFinite(ms) ? ms : 0
            cpu.observe(Number.isFinite(ms) ? now : ms, value)
          }
          for (const p of [cpu.probability(LIMIT, HORIZON), cpu.probability(limit, horizon)]) {
            expect(p).toBeGreaterThanOrEqual(0)
            expect(p).toBeLessThanOrEqual(1)
          }
          const { confidence } = cpu.prediction(limit, horizon)
          expect(confidence).toBeGreaterThanOrEqual(0)
          expect(confidence).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('leaves out what is not a number, and counts it', () => {
    const plain = forecaster()
    const noisy = forecaster()
    const value = hourlyJob(20)
    for (let at = START; at < START + 5 * HOUR; at += MINUTE) {
      const x = value(at)
      plain.observe(at, x)
      noisy.observe(at, Number.NaN)
      noisy.observe(at, x)
      noisy.observe(at, Infinity)
    }
    expect(noisy.probability(LIMIT, HORIZON)).toBe(plain.probability(LIMIT, HORIZON))
    expect(noisy.ignored).toBe(600)
  })

  it('leaves out samples that come late or twice', () => {
    const plain = forecaster()
    const repeated = forecaster()
    const value = hourlyJob(20)
    for (let at = START; at < START + 5 * HOUR; at += MINUTE) {
      const x = value(at)
      plain.observe(at, x)
      repeated.observe(at, x)
      repeated.observe(at, 0.99)
      repeated.observe(at - 3 * MINUTE, 0.99)
    }
    expect(repeated.probability(LIMIT, HORIZON)).toBe(plain.probability(LIMIT, HORIZON))
  })

  it('goes on when the clock jumps back', () => {
    const cpu = forecaster()
    const value = hourlyJob(20)
    feed(cpu, value, START, DAY)
    const { outcomes } = cpu.score(LIMIT, HORIZON)
    feed(cpu, value, START - 3 * DAY, 3 * HOUR)
    expect(cpu.ignored).toBe(0)
    expect(cpu.score(LIMIT, HORIZON).outcomes).toBeGreaterThan(outcomes + 50)
  })

  it('does not take a gap for quiet: what happened in it is not known', () => {
    const cpu = forecaster()
    const now = feed(cpu, () => 0.3, START, HOUR)
    const { outcomes } = cpu.score(LIMIT, HORIZON)
    cpu.observe(now + 2 * DAY, 0.3)
    expect(cpu.score(LIMIT, HORIZON).outcomes).toBe(outcomes)
  })

  it('keeps its skill when samples come irregularly and some are lost', () => {
    const cpu = forecaster()
    const next = createRandom(5)
    const value = hourlyJob(40)
    for (let at = START; at < START + 5 * DAY; at += MINUTE)
      if (next() > 0.05) cpu.observe(at + 20_000 * next(), value(at))
    expect(cpu.score(LIMIT, HORIZON).skill).toBeGreaterThan(0.5)
  })

  it('takes a restart to zero for an event, not for a new habit', () => {
    const steady = forecaster({ kind: 'memory' })
    const restarted = forecaster({ kind: 'memory' })
    const noise = createRandom(7)
    for (let i = 0; i < 2880; i++) {
      const x = 0.4 + 0.02 * noise()
      steady.observe(START + i * MINUTE, x)
      restarted.observe(START + i * MINUTE, i === 2700 ? 0 : x)
    }
    const difference = restarted.probability(LIMIT, HORIZON) - steady.probability(LIMIT, HORIZON)
    expect(Math.abs(difference)).toBeLessThan(0.03)
  })

  it('knows of a new limit what it has seen of the last week', () => {
    const cpu = forecaster({ thresholds: [2] })
    const now = feed(cpu, hourlyJob(40), START, 3 * DAY)
    feed(cpu, hourlyJob(40), now, 30 * MINUTE)
    // Reached every hour, and never.
    expect(cpu.probability(LIMIT, HORIZON)).toBeGreaterThan(3 * cpu.probability(1.2, HORIZON))
    feed(cpu, hourlyJob(40), now + 30 * MINUTE, 3 * DAY)
    expect(cpu.probability(LIMIT, HORIZON)).toBeGreaterThan(0.8)
  })

  it('keeps sixteen limits at most, those that were asked for last', () => {
    const cpu = forecaster()
    feed(cpu, hourlyJob(40), START, DAY)
    for (let i = 0; i < 100; i++) {
      cpu.probability(0.5 + i / 1000, HORIZON)
      cpu.probability(LIMIT, HORIZON)
    }
    const kept = Array.from({ length: 15 }, (_, i) => 0.5 + (85 + i) / 1000)
    expect(cpu.toJSON().targets.map(({ threshold }) => threshold)).toEqual([...kept, LIMIT])
  })

  it('makes nothing of a series that never changes', () => {
    const cpu = forecaster()
    feed(cpu, () => 0, START, 8 * DAY)
    expect(cpu.probability(LIMIT, HORIZON)).toBeLessThan(0.01)
    const { skill } = cpu.score(LIMIT, HORIZON)
    expect(Number.isFinite(skill)).toBe(true)
  })
})
