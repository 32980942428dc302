import { describe, expect, it } from 'vitest'
import { DAY, feed, forecaster, HORIZON, HOUR, hourlyJob, LIMIT, MINUTE, createRandom, START } from './machine.ts'

describe('an explanation', () => {
  it('has contributions that add up to the log odds of the probability', () => {
    const cpu = forecaster()
    const noise = createRandom(4)
    for (let i = 0; i < 3000; i++) {
      cpu.observe(START + i * MINUTE, Math.min(1, 0.9 * noise() ** 0.4 * noise()))
      if (i % 100 !== 50 || cpu.probability(LIMIT, HORIZON) === 1) continue
      const { probability, contributions } = cpu.explain(LIMIT, HORIZON)
      const sum = contributions.reduce((sum, { logOdds }) => sum + logOdds, 0)
      expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(probability, 6)
      expect(probability).toBe(cpu.probability(LIMIT, HORIZON))
    }
  })

  it('names the clock when a job runs by it', () => {
    const cpu = forecaster()
    feed(cpu, hourlyJob(40), START, 4 * DAY + 32 * MINUTE)
    const { summary, contributions } = cpu.explain(LIMIT, HORIZON)
    const calendar = contributions.find(({ reason }) => reason === 'calendar')
    expect(calendar?.logOdds).toBeGreaterThan(1)
    expect(calendar?.words).toMatch(/in (9\d|100) % of the last hours$/)
    expect(summary).toMatch(/^\d+ % within 15 min: .*a crossing came in this window .*\(raises it\)/)
  })

  it('reports that there is nothing to explain yet', () => {
    expect(forecaster().explain(LIMIT, HORIZON)).toMatchObject({ probability: 0.1, summary: 'no samples yet' })
  })

  it('reports that the limit is exceeded already', () => {
    const cpu = forecaster()
    feed(cpu, () => 0.9, START, HOUR)
    expect(cpu.explain(LIMIT, HORIZON).summary).toBe('at 90 % it is above 70 % already')
  })
})
