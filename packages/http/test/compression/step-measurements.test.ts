import { describe, expect, it } from 'vitest'
import { StepMeasurements } from '../../src/compression/step-measurements.ts'

/** Bytes at each step: the body itself, then steps 1 to 5. */
function measured(...bytes: readonly number[]): StepMeasurements {
  const measurements = new StepMeasurements()
  for (let body = 0; body < 5; body++) measurements.add('zstd', bytes)
  return measurements
}

describe('the step that a class of routes gets', () => {
  it('is that of the knob while too few bodies were measured', () => {
    const measurements = new StepMeasurements()
    measurements.add('zstd', [100, 20, 30, 30, 30, 30])
    expect(measurements.stepWithin('zstd', 5)).toBe(5)
    expect(measurements.isKnown('zstd')).toBe(false)
  })

  it('is never a later one that sends more bytes', () => {
    const measurements = measured(1000, 300, 280, 310, 250, 260)
    expect([1, 2, 3, 4, 5].map(step => measurements.stepWithin('zstd', step))).toEqual([1, 2, 2, 4, 4])
  })

  it('is the cheapest one within a hundredth of the fewest bytes, except at the default step', () => {
    const measurements = measured(1000, 300, 299, 298, 299, 200)
    expect([0, 1, 2, 3, 4, 5].map(step => measurements.stepWithin('zstd', step))).toEqual([0, 1, 2, 1, 1, 5])
  })

  it('follows bodies that change', () => {
    const measurements = measured(1000, 300, 280, 310, 320, 330)
    for (let body = 0; body < 400; body++) measurements.add('zstd', [1000, 300, 280, 200, 150, 100])
    expect(measurements.stepWithin('zstd', 5)).toBe(5)
    expect(measurements.bodies('zstd')).toBeLessThanOrEqual(41)
  })

  it('says whether a move of the knob changes anything', () => {
    expect(new StepMeasurements().isMovedBy(2, 3)).toBe(true)
    expect(measured(1000, 300, 280, 290, 250, 250).isMovedBy(2, 3)).toBe(false)
    expect(measured(1000, 300, 280, 290, 250, 250).isMovedBy(2, 4)).toBe(true)
  })
})
