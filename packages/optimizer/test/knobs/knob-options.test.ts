import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stepTowards, targetOf } from '../../src/knobs/knob-options.ts'

const bounds = { min: 1, max: 50, step: 10, grain: 1 }
const target = (options: unknown, current: number): number => targetOf('worker.concurrency', options, current, bounds)

describe('the options of a response for a knob', () => {
  it('names a value, a difference or a factor', () => {
    expect(target({ to: 5 }, 8)).toBe(5)
    expect(target({ by: -3 }, 8)).toBe(5)
    expect(target({ factor: 0.75 }, 8)).toBe(6)
  })

  it('goes one step at a time and stays within the bounds', () => {
    expect(target({ to: 50 }, 8)).toBe(18)
    expect(target({ by: -9 }, 8)).toBe(1)
    expect(target({ factor: 10 }, 45)).toBe(50)
  })

  it('moves a small whole number by at least one, so that it never gets stuck', () => {
    expect(target({ factor: 0.9 }, 3)).toBe(2)
    expect(target({ factor: 1.1 }, 3)).toBe(4)
  })

  it.each([undefined, {}, { to: 1, by: 2 }, { to: NaN }, { to: '5' }, 'half'])('is refused when it is %j', options => {
    expect(() => target(options, 8)).toThrow(expect.objectContaining({ code: 'HOMEOSTAT_KNOB_OPTIONS' }))
  })

  it.each([0, 51, NaN])('leaves a value alone that is out of bounds already: %s', current => {
    expect(() => target({ by: 1 }, current)).toThrow(expect.objectContaining({ code: 'HOMEOSTAT_KNOB_OUT_OF_BOUNDS' }))
  })

  it('ends within the bounds, a step away at most and on the grain, whatever is asked', () => {
    const whole = fc.integer({ min: -200, max: 200 })
    const asked = fc.oneof(
      fc.record({ to: whole }),
      fc.record({ by: whole }),
      fc.record({ factor: fc.double({ min: 0, max: 9, noNaN: true }) }),
    )
    fc.assert(
      fc.property(asked, fc.integer({ min: 1, max: 50 }), (options, current) => {
        const value = target(options, current)
        expect(value).toBeGreaterThanOrEqual(bounds.min)
        expect(value).toBeLessThanOrEqual(bounds.max)
        expect(Math.abs(value - current)).toBeLessThanOrEqual(bounds.step)
        expect(Number.isInteger(value)).toBe(true)
      }),
    )
  })

  it('arrives at last, however small the steps are', () => {
    const value = fc.integer({ min: 0, max: 1000 })
    fc.assert(
      fc.property(value, value, fc.integer({ min: 1, max: 40 }), (from, to, step) => {
        let current = from
        for (let steps = Math.ceil(Math.abs(to - from) / step); steps > 0; steps--) {
          current = stepTowards(current, to, { min: 0, max: 1000, step, grain: 1 })
        }
        expect(current).toBe(to)
      }),
    )
  })
})
