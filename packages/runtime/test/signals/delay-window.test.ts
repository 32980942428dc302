import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DelayWindow } from '../../src/signals/delay-window.ts'

const MINUTE = 60_000

describe('the delays of the last minute', () => {
  test('there is no value before the first delay', () => {
    const window = new DelayWindow()
    expect(window.max(0)).toBeUndefined()
    expect(window.quantile(0.99, 0)).toBeUndefined()
  })

  test('every reader gets a stall within a minute, and it is gone after 65 s', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(MINUTE), (start, later) => {
        const window = new DelayWindow()
        window.record(300, start)
        expect(window.max(start + later)).toBe(300)
        expect(window.max(start + 65_001)).toBeUndefined()
      }),
    )
  })

  test('a slot that is used again forgets the old stretch', () => {
    const window = new DelayWindow()
    window.record(900, 0)
    window.record(5, 65_000)
    expect(window.max(65_000)).toBe(5)
    expect(window.quantile(1, 65_000)).toBeCloseTo(5, 0)
  })

  test('the maximum is exact and every quantile is within 5 % of a recorded delay', () => {
    const delays = fc.array(fc.double({ min: 0.1, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(delays, fc.constantFrom(0, 0.5, 0.9, 0.99, 1), (values, q) => {
        const window = new DelayWindow()
        for (const value of values) window.record(value, 1000)
        const sorted = values.toSorted((a, b) => a - b)
        const exact = sorted[Math.floor(q * (sorted.length - 1))]!
        expect(window.max(1000)).toBe(sorted.at(-1))
        expect(Math.abs(window.quantile(q, 1000)! - exact) / exact).toBeLessThanOrEqual(0.0501)
      }),
    )
  })

  test('a delay that still goes on counts, and is not written down', () => {
    const window = new DelayWindow()
    window.record(1, 0)
    expect(window.max(500, 480)).toBe(480)
    expect(window.quantile(1, 500, 480)).toBeGreaterThan(450)
    expect(window.max(500)).toBe(1)
  })
})
