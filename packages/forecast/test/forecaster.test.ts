import { describe, expect, it } from 'vitest'
import { create, ForecastArgumentError } from '../src/index.ts'
import { DAY, feed, forecaster, HORIZON, HOUR, hourlyJob, LIMIT, MINUTE, createRandom, START } from './machine.ts'

describe('a forecaster', () => {
  it('gives the base rate of other series and is not ready before it has samples', () => {
    const cpu = forecaster()
    expect(cpu.probability(LIMIT, HORIZON)).toBe(0.1)
    expect(cpu.prediction(LIMIT, HORIZON)).toMatchObject({ ready: false, confidence: 0 })
  })

  it('is ready after ten minutes, and not before', () => {
    const cpu = forecaster()
    feed(cpu, () => 0.3, START, 10 * MINUTE)
    expect(cpu.prediction(LIMIT, HORIZON).ready).toBe(false)
    expect(cpu.confidence(LIMIT, HORIZON)).toBe(0)
    cpu.observe(START + 10 * MINUTE, 0.3)
    expect(cpu.prediction(LIMIT, HORIZON).ready).toBe(true)
    expect(cpu.confidence(LIMIT, HORIZON)).toBeGreaterThan(0)
  })

  it('is certain of a crossing that is there already', () => {
    const cpu = forecaster()
    feed(cpu, () => 0.3, START, HOUR)
    cpu.observe(START + HOUR, LIMIT)
    expect(cpu.probability(LIMIT, HORIZON)).toBe(1)
    expect(cpu.prediction(LIMIT, HORIZON)).toMatchObject({ probability: 1, expectedInMs: 0, confidence: 1 })
  })

  it('learns a job that runs by the clock: sure before it, quiet after it', () => {
    const cpu = forecaster()
    const value = hourlyJob(40)
    let now = feed(cpu, value, START, 4 * DAY)
    now = feed(cpu, value, now, 32 * MINUTE)
    const before = cpu.probability(LIMIT, HORIZON)
    feed(cpu, value, now, 16 * MINUTE)
    const after = cpu.probability(LIMIT, HORIZON)
    expect(before).toBeGreaterThan(0.9)
    expect(after).toBeLessThan(0.1)
  })

  it('warns a new series whose first hour climbs steadily, more than one that stays where it is', () => {
    const climbing = forecaster()
    const flat = forecaster()
    const noise = createRandom(3)
    for (let i = 0; i < 50; i++) {
      const jitter = 0.02 * noise()
      climbing.observe(START + i * MINUTE, 0.2 + 0.0095 * i + jitter)
      flat.observe(START + i * MINUTE, 0.2 + jitter)
    }
    expect(climbing.probability(LIMIT, HORIZON)).toBeGreaterThan(2 * flat.probability(LIMIT, HORIZON))
  })

  it('does not care for the unit of a series', () => {
    const small = forecaster({ unit: 'abs' })
    const large = forecaster({ unit: 'abs', thresholds: [LIMIT * 1024] })
    const value = hourlyJob(10)
    for (let at = START; at < START + 8 * HOUR; at += MINUTE) {
      const x = value(at)
      small.observe(at, x)
      large.observe(at, 1024 * x)
    }
    expect(large.probability(LIMIT * 1024, HORIZON)).toBeCloseTo(small.probability(LIMIT, HORIZON), 6)
  })

  it('keeps limits and horizons apart, and a longer horizon is not less probable on a series it knows', () => {
    const cpu = forecaster({ thresholds: [0.5, 0.9], horizonsMs: [5 * MINUTE, 30 * MINUTE] })
    feed(cpu, hourlyJob(40), START, 3 * DAY + 20 * MINUTE)
    expect(cpu.probability(0.5, 30 * MINUTE)).toBeGreaterThan(cpu.probability(0.5, 5 * MINUTE))
    expect(cpu.probability(0.5, 30 * MINUTE)).toBeGreaterThan(cpu.probability(0.9, 30 * MINUTE))
  })

  it('combines fine samples: a sample every 5 s gives almost the same forecast as one per minute', () => {
    const coarse = forecaster()
    const fine = forecaster({ intervalMs: 5_000 })
    const busy = (at: number): number => (Math.floor(at / MINUTE) % 60 < 3 ? 0.8 : 0.3)
    feed(coarse, busy, START, 2 * DAY + 50 * MINUTE)
    feed(fine, busy, START, 2 * DAY + 50 * MINUTE, 5_000)
    expect(fine.probability(LIMIT, HORIZON)).toBeGreaterThan(0.7)
    expect(coarse.probability(LIMIT, HORIZON)).toBeGreaterThan(0.7)
  })

  it('scores its forecasts: better than the base rate if the series has a pattern', () => {
    const cpu = forecaster()
    feed(cpu, hourlyJob(40), START, 5 * DAY)
    const score = cpu.score(LIMIT, HORIZON)
    expect(score.skill).toBeGreaterThan(0.6)
    expect(score.crossings / score.outcomes).toBeCloseTo(score.baseRate, 2)
    const forecasts = score.reliability.reduce((sum, bin) => sum + bin.forecasts, 0)
    expect(forecasts).toBeGreaterThan(0.8 * score.outcomes)
    expect(forecaster().score(LIMIT, HORIZON).skill).toBeUndefined()
  })

  it('estimates when a crossing comes, within the horizon', () => {
    const cpu = forecaster()
    feed(cpu, hourlyJob(40), START, 2 * DAY)
    const { expectedInMs } = cpu.prediction(LIMIT, HORIZON)
    expect(expectedInMs).toBeGreaterThan(0)
    expect(expectedInMs).toBeLessThanOrEqual(HORIZON)
  })

  it('learns nothing from what follows an action', () => {
    const cpu = forecaster()
    const now = feed(cpu, () => 0.3, START, 2 * HOUR)
    const { outcomes } = cpu.score(LIMIT, HORIZON)
    cpu.censor(now + HOUR)
    const then = feed(cpu, () => 0.8, now, HOUR)
    expect(cpu.score(LIMIT, HORIZON).outcomes).toBe(outcomes)
    feed(cpu, () => 0.3, then, HOUR)
    expect(cpu.score(LIMIT, HORIZON).outcomes).toBeGreaterThan(outcomes)
  })

  it.each([
    ['no interval', { intervalMs: 0 }],
    ['no horizon', { horizonsMs: [] }],
    ['a horizon below an interval', { horizonsMs: [1000] }],
    ['a threshold that is not a number', { thresholds: [Number.NaN] }],
  ])('refuses %s', (_, options) => {
    expect(() => forecaster(options)).toThrow(ForecastArgumentError)
    expect(() => forecaster(options)).toThrow(/^forecast: .* is .*; expected /)
  })

  it('refuses a question that means nothing', () => {
    expect(() => forecaster().probability(Number.NaN, HORIZON)).toThrow(ForecastArgumentError)
    expect(() => forecaster().probability(LIMIT, 0)).toThrow(
      expect.objectContaining({ code: 'HOMEOSTAT_FORECAST_ARGUMENT' }),
    )
  })

  it('is made with weights of one’s own when they fit', () => {
    const model = { features: 'other', start: [], depth: 1, questions: '', thresholds: '', leaves: '', leafUnit: 1 }
    const options = { kind: 'cpu', intervalMs: MINUTE, thresholds: [1], horizonsMs: [HORIZON], model } as const
    expect(() => create(options)).toThrow(expect.objectContaining({ code: 'HOMEOSTAT_FORECAST_MODEL' }))
  })
})
