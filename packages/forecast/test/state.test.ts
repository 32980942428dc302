import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ForecasterState } from '../src/index.ts'
import { ForecastStateError } from '../src/index.ts'
import { DAY, feed, forecaster, HORIZON, HOUR, hourlyJob, LIMIT, MINUTE, createRandom, START } from './machine.ts'

const copy = (state: ForecasterState): ForecasterState => JSON.parse(JSON.stringify(state)) as ForecasterState

describe('the state of a forecaster', () => {
  it('survives JSON and gives exactly the same forecasts afterwards, however long it runs', () => {
    const samples = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(samples, samples, (before, after) => {
        const cpu = forecaster({ thresholds: [LIMIT, 0.9], horizonsMs: [HORIZON, HOUR] })
        before.forEach((value, i) => cpu.observe(START + i * MINUTE, value))
        const restored = forecaster()
        restored.restore(copy(cpu.toJSON()))
        after.forEach((value, i) => {
          cpu.observe(START + (before.length + i) * MINUTE, value)
          restored.observe(START + (before.length + i) * MINUTE, value)
          expect(restored.probability(LIMIT, HORIZON)).toBe(cpu.probability(LIMIT, HORIZON))
        })
        expect(restored.probability(0.9, HOUR)).toBe(cpu.probability(0.9, HOUR))
        expect(restored.toJSON()).toEqual(cpu.toJSON())
      }),
      { numRuns: 30 },
    )
  })

  it('is the same for the same samples', () => {
    const one = forecaster()
    const other = forecaster()
    feed(one, hourlyJob(5), START, 2 * DAY)
    feed(other, hourlyJob(5), START, 2 * DAY)
    expect(JSON.stringify(one)).toBe(JSON.stringify(other))
  })

  it('does not grow with the samples', () => {
    const young = forecaster()
    const old = forecaster()
    const noise = createRandom(2)
    feed(young, noise, START, HOUR)
    feed(old, noise, START, 20 * DAY)
    expect(JSON.stringify(old).length).toBeLessThan(JSON.stringify(young).length * 1.1)
    expect(JSON.stringify(old).length).toBeLessThan(16_000)
  })

  it('notices the gap of a restart with the next sample', () => {
    const cpu = forecaster()
    const now = feed(cpu, () => 0.3, START, DAY)
    const restored = forecaster()
    restored.restore(copy(cpu.toJSON()))
    const { outcomes } = restored.score(LIMIT, HORIZON)
    restored.observe(now + 5 * HOUR, 0.3)
    expect(restored.score(LIMIT, HORIZON).outcomes).toBe(outcomes)
  })

  it('also watches what the options name since', () => {
    const cpu = forecaster()
    feed(cpu, hourlyJob(5), START, DAY)
    const wider = forecaster({ thresholds: [LIMIT, 0.5] })
    wider.restore(cpu.toJSON())
    expect(wider.toJSON().targets.map(({ threshold }) => threshold)).toEqual([LIMIT, 0.5])
  })

  const saved = forecaster()
  feed(saved, hourlyJob(5), START, HOUR)
  const state = saved.toJSON()
  it.each<[string, unknown, string]>([
    ['of another version', { ...state, version: 99 }, 'it has version 99, not 1'],
    ['of another interval', { ...state, intervalMs: 1000 }, 'its interval is 1000 ms, not 60000 ms'],
    ['cut short', { ...state, history: { ...state.history, bytes: 'AAAA' } }, 'it has 3 bytes where'],
    ['without its numbers', { ...state, history: { ...state.history, numbers: [] } }, '9 numbers were expected'],
    [
      'that is something else',
      { version: 1, intervalMs: MINUTE },
      'it has values outside the range that a forecaster writes',
    ],
    ['that is nothing', undefined, 'it has version undefined'],
  ])('is refused when it is one %s, and nothing changes', (_, broken, reason) => {
    const cpu = forecaster()
    feed(cpu, hourlyJob(30), START, DAY)
    const before = JSON.stringify(cpu)
    expect(() => cpu.restore(broken as ForecasterState)).toThrow(ForecastStateError)
    expect(() => cpu.restore(broken as ForecasterState)).toThrow(reason)
    expect(JSON.stringify(cpu)).toBe(before)
  })
})
