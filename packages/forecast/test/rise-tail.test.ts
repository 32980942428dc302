import { describe, expect, it } from 'vitest'
import { createRandom } from '@homeostat/signals/random'
import { create } from '../src/index.ts'

const MINUTE_MS = 60_000
const HORIZON_MS = 15 * MINUTE_MS

describe('the peak that is expected', () => {
  it('is above the value now, and is exceeded about as often as it says', () => {
    const random = createRandom(3)
    const limit = 100
    const forecaster = create({ kind: 'cpu', intervalMs: MINUTE_MS, thresholds: [limit], horizonsMs: [HORIZON_MS] })
    expect(forecaster.peak(limit, HORIZON_MS)).toBeUndefined()
    const values: number[] = []
    const peaks: { median: number; high: number }[] = []
    for (let minute = 0; minute < 3000; minute++) {
      const value = 20 + 10 * random() + (random() < 0.02 ? 40 : 0)
      values.push(value)
      forecaster.observe(minute * MINUTE_MS, value)
      const peak = forecaster.peak(limit, HORIZON_MS)
      if (minute < 500 || peak === undefined) continue
      expect(peak.from).toBe(value)
      expect(peak.median).toBeGreaterThanOrEqual(value)
      expect(peak.high).toBeGreaterThanOrEqual(peak.median)
      peaks.push(peak)
    }
    const from = values.length - peaks.length
    const exceeded = (name: 'median' | 'high'): number => {
      const known = peaks.slice(0, -15)
      const above = known.filter((peak, at) => Math.max(...values.slice(from + at + 1, from + at + 16)) > peak[name])
      return above.length / known.length
    }
    expect(exceeded('median')).toBeGreaterThan(0.35)
    expect(exceeded('median')).toBeLessThan(0.65)
    expect(exceeded('high')).toBeGreaterThan(0.03)
    expect(exceeded('high')).toBeLessThan(0.2)
  })
})
