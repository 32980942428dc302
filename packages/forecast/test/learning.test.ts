import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Arena } from '../src/learning/arena.ts'
import { CrossingCalendar } from '../src/crossing-calendar.ts'
import { forestLogOdds } from '../src/learning/forest.ts'
import { FrequencyTables } from '../src/learning/frequency-tables.ts'
import { sigmoid } from '../src/learning/logit.ts'
import { decodeModel, encodeModel } from '../src/model.ts'
import { OnlineLogistic } from '../src/learning/online-logistic.ts'
import { Recalibration } from '../src/learning/recalibration.ts'
import { RiseTail } from '../src/rise-tail.ts'
import weights from '../src/weights.json' with { type: 'json' }
import { DAY, HOUR, MINUTE, createRandom, START } from './machine.ts'

const arena = (): Arena => new Arena(16_384)

describe('the calendar of crossings', () => {
  it('finds a crossing in the window that lies a lag back, as a list of times would', () => {
    const lags = fc.constantFrom(30 * MINUTE, HOUR, 5 * HOUR, DAY, 7 * DAY)
    const passed = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.boolean()), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(passed, lags, (samples, lag) => {
        const calendar = new CrossingCalendar(15 * MINUTE, MINUTE, arena())
        const crossings: number[] = []
        let now = START
        for (const [minutes, crosses] of samples) {
          now += minutes * MINUTE
          calendar.observe(now, crosses)
          if (crosses) crossings.push(now)
        }
        const expected = crossings.some(at => at > now - lag && at <= now - lag + 15 * MINUTE)
        expect(calendar.crossedAfter(calendar.lagOf(lag), 15)).toBe(expected)
      }),
    )
  })
})

describe('the tables', () => {
  it('approach the rate of a cell and begin at the base rate', () => {
    const tables = new FrequencyTables(16, arena())
    expect(tables.rate(7, 0.2)).toBeCloseTo(0.2, 6)
    const next = createRandom(1)
    for (let i = 0; i < 5000; i++) tables.learn(7, next() < 0.35 ? 1 : 0)
    expect(tables.rate(7, 0.2)).toBeCloseTo(0.35, 1)
    expect(tables.rate(8, 0.2)).toBeCloseTo(0.2, 6)
  })
})

describe('the tail of rises', () => {
  it('knows how often the series rose so far, and more is never likelier', () => {
    const tail = new RiseTail(10, arena())
    const next = createRandom(2)
    for (let i = 0; i < 1000; i++) tail.learn(8 * next())
    expect(tail.atLeast(4)).toBeCloseTo(0.5, 1)
    let last = 1
    for (let rise = 0; rise < 20; rise += 0.1) {
      const share = tail.atLeast(rise)
      expect(share).toBeLessThanOrEqual(last + 1e-6)
      last = share
    }
  })
})

describe('the online regression', () => {
  it('finds the weights that made the outcomes, and is surer with each of them', () => {
    const regression = new OnlineLogistic([0, 0, 0], [1, 1, 1], arena())
    const next = createRandom(3)
    const inputs = new Float64Array(3)
    inputs.set([1, 0.5, 0.5])
    const unsure = regression.varianceOf(inputs)
    for (let i = 0; i < 60_000; i++) {
      inputs.set([1, 4 * next() - 2, 4 * next() - 2])
      regression.learn(inputs, 0, next() < sigmoid(-1 + 1.5 * inputs[1]! - 0.5 * inputs[2]!) ? 1 : 0)
    }
    expect([...regression.weights].map(weight => Math.round(10 * weight) / 10)).toEqual([-1, 1.5, -0.5])
    inputs.set([1, 0.5, 0.5])
    expect(regression.varianceOf(inputs)).toBeLessThan(unsure / 50)
  })
})

describe('recalibration', () => {
  it('corrects probabilities that are too high or too low', () => {
    const recalibration = new Recalibration()
    const next = createRandom(4)
    for (let i = 0; i < 20_000; i++) recalibration.learn(0, next() < 0.3 ? 1 : 0)
    expect(sigmoid(recalibration.logOdds(0))).toBeCloseTo(0.3, 1)
  })
})

describe('the trees', () => {
  it('answer a question a level and add up their leaves', () => {
    const forest = {
      depth: 2,
      features: Uint8Array.of(0, 1, 1, 0),
      thresholds: Float32Array.of(0.5, 1.5, 0.5, 2.5),
      leaves: Float32Array.of(1, 2, 4, 8, 16, 32, 64, 128),
    }
    expect(forestLogOdds(forest, Float64Array.of(0, 0))).toBe(1 + 16)
    expect(forestLogOdds(forest, Float64Array.of(1, 0))).toBe(2 + 16)
    expect(forestLogOdds(forest, Float64Array.of(1, 1))).toBe(2 + 32)
    expect(forestLogOdds(forest, Float64Array.of(3, 2))).toBe(8 + 128)
  })

  it('are shipped as data that is the same when encoded again', () => {
    const model = decodeModel(weights)
    expect(model.forest.features.length).toBeGreaterThan(0)
    expect(encodeModel(model).leaves).toBe(weights.leaves)
  })
})
