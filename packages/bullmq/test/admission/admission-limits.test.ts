import { describe, expect, it } from 'vitest'
import { AdmissionLimits } from '../../src/admission/admission-limits.ts'

const QUIET = { utilization: 0.3, hasWaited: true, held: 0 }

describe('the limits of admission', () => {
  it('hold at once, and are lifted step by step', () => {
    const limits = new AdmissionLimits()
    expect(limits.isEngaged).toBe(false)
    limits.setLoop(1, 0)
    expect([limits.capacity.loop, limits.isEngaged, limits.isDeferring]).toEqual([1, true, true])
    limits.setLoop(32, 0)
    expect([limits.loop, limits.capacity.loop, limits.isEngaged, limits.isDeferring]).toEqual([32, 1, true, false])
    expect(limits.advance(1000, QUIET).loop).toBe(2)
    expect(limits.advance(2000, { ...QUIET, hasWaited: false }).loop).toBe(Infinity)
    expect(limits.isEngaged).toBe(false)
  })

  it('can be set again while they are lifted', () => {
    const limits = new AdmissionLimits()
    limits.setLoop(1, 0)
    limits.setLoop(32, 0)
    limits.advance(1000, QUIET)
    limits.setLoop(0.5, 1500)
    expect(limits.advance(60_000, QUIET).loop).toBe(0.5)
  })

  it('are a share of the connections that were held when they began', () => {
    const limits = new AdmissionLimits()
    limits.setDatabaseShare(0.5, 0)
    // Nothing is known yet.
    expect(limits.advance(0, QUIET).database).toBe(Infinity)
    expect(limits.advance(250, { ...QUIET, held: 8 }).database).toBe(4)
    // They hold less because they are limited.
    expect(limits.advance(9000, { ...QUIET, held: 4 }).database).toBe(4)
    limits.setDatabaseShare(0.25, 10_000)
    expect(limits.capacity.database).toBe(2)
    limits.setDatabaseShare(0.1, 10_000)
    expect(limits.capacity.database).toBe(1)
  })

  it('give connections back a tenth at a time, however busy the loop is', () => {
    const limits = new AdmissionLimits()
    limits.setDatabaseShare(0.5, 0)
    limits.advance(0, { ...QUIET, held: 10 })
    limits.setDatabaseShare(1, 0)
    expect(limits.capacity.database).toBe(5)
    const steps = [5, 10, 15, 20, 25].map(at => limits.advance(at * 1000, { ...QUIET, utilization: 1 }).database)
    expect(steps).toEqual([6, 7, 8, 9, Infinity])
    expect(limits.isEngaged).toBe(false)
  })
})
