import { describe, expect, it } from 'vitest'
import { CapacityRelease } from '../../src/admission/capacity-release.ts'

const STEPS = { step: 1, stepMs: 5000, longestMs: 60_000 }
const ROOMY = { utilization: 0.4, hasWaited: true }
const BUSY = { utilization: 0.95, hasWaited: true }

describe('the release of a limit', () => {
  it('is one step up at a time while the loop has room', () => {
    const release = new CapacityRelease(1, STEPS, 0)
    expect([0, 4999, 5000, 9999, 10_000, 15_000].map(now => release.advance(now, ROOMY))).toEqual([1, 1, 2, 2, 3, 4])
  })

  it('goes half of the way back while the loop is full, and stays in between', () => {
    const release = new CapacityRelease(1, STEPS, 0)
    for (const now of [5000, 10_000, 15_000, 20_000]) release.advance(now, ROOMY)
    expect(release.advance(25_000, { utilization: 0.7, hasWaited: true })).toBe(5)
    expect([30_000, 35_000].map(now => release.advance(now, BUSY))).toEqual([3, 2])
  })

  it('is over once nobody has waited for a step', () => {
    const release = new CapacityRelease(1, STEPS, 0)
    release.advance(2000, ROOMY)
    expect(release.advance(5000, { utilization: 0.4, hasWaited: false })).toBe(2)
    expect(release.advance(10_000, { utilization: 0.4, hasWaited: false })).toBe(Infinity)
  })

  it('is over after its longest time, however busy the loop is', () => {
    const release = new CapacityRelease(1, STEPS, 0)
    const steps = Array.from({ length: 12 }, (_, at) => release.advance(at * 5000, BUSY))
    expect(new Set(steps)).toEqual(new Set([1]))
    expect(release.advance(60_000, BUSY)).toBe(Infinity)
  })
})
