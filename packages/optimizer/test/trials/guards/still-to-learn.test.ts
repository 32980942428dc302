import { createRandom, gaussian } from '@homeostat/signals/random'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createGuardWatch } from '../../../src/trials/guards/guard-watch.ts'
import { createQuietWindows } from '../../../src/trials/guards/quiet-windows.ts'
import { ERRORS, LATENCY } from './guarded.ts'

const START = 1_800_000_000_000
/** Values of a second, some of them missing, at a tick of any usual length. */
const world = fc.record({
  tickMs: fc.constantFrom(1000, 2000, 5000, 10_000, 60_000),
  seed: fc.integer({ min: 1, max: 1e6 }),
  sd: fc.double({ min: 0, max: 1, noNaN: true }),
  missing: fc.double({ min: 0, max: 0.9, noNaN: true }),
})

describe('what a guard still has to learn', () => {
  test('becomes less with each sample, and when it is nothing the watch of a level knows its noise', () => {
    fc.assert(
      fc.property(world, ({ tickMs, seed, sd, missing }) => {
        const random = createRandom(seed)
        const quiet = createQuietWindows(LATENCY)
        let now = START
        let known = 0
        for (let tick = 0; quiet.stillToLearn !== undefined; tick++) {
          expect(tick).toBeLessThan(10_000)
          now += tickMs
          quiet.observe(now, random() < missing ? undefined : Math.exp(sd * gaussian(random)))
          const { stillToLearn } = quiet
          if (stillToLearn === undefined) break
          expect(stillToLearn.known).toBeGreaterThanOrEqual(0)
          expect(stillToLearn.known).toBeLessThan(stillToLearn.of)
          if (quiet.tickMs > 0 && missing === 0) expect(stillToLearn.known).toBeGreaterThanOrEqual(known)
          known = stillToLearn.known
        }
        expect(quiet.own).toBeGreaterThanOrEqual(40)
        expect(now - START).toBeGreaterThanOrEqual(180_000)
        const { blindBelow } = createGuardWatch(LATENCY, quiet, now)
        expect(blindBelow).not.toMatch(/not known yet|sees nothing/)
      }),
      // A gap shortly before the end made 177 s count as 180 s.
      { examples: [[{ tickMs: 1000, seed: 397_292, sd: 0, missing: 0.000600959872826934 }]] },
    )
  })

  test('takes 200 s at the default tick, and 180 s at a tick of a second', () => {
    for (const [tickMs, ticks] of [
      [5000, 40],
      [1000, 180],
    ] as const) {
      const quiet = createQuietWindows(LATENCY)
      for (let tick = 1; tick < ticks; tick++) quiet.observe(START + tick * tickMs, 1 + (tick % 2))
      expect(quiet.stillToLearn).toEqual({ known: ticks - 1, of: ticks, what: 'quiet samples', leftMs: tickMs })
      quiet.observe(START + ticks * tickMs, 1)
      expect(quiet.stillToLearn).toBeUndefined()
    }
  })

  test('is three minutes of blocks and a hundred cases for a ratio', () => {
    const busy = createQuietWindows(ERRORS)
    const idle = createQuietWindows(ERRORS)
    for (let tick = 1; tick <= 36; tick++) {
      busy.observe(START + tick * 5000, 0.01, 20)
      idle.observe(START + tick * 5000, 0, 0.2)
    }
    expect(busy.stillToLearn).toEqual({ known: 17, of: 18, what: 'quiet blocks of 10 s', leftMs: 10_000 })
    for (let tick = 37; tick <= 38; tick++) {
      busy.observe(START + tick * 5000, 0.01, 20)
      idle.observe(START + tick * 5000, 0, 0.2)
    }
    expect(busy.stillToLearn).toBeUndefined()
    const { known, of, what, leftMs } = idle.stillToLearn!
    expect([Math.round(known), of, what]).toEqual([36, 100, 'quiet cases'])
    // 64 more at 0.2 a second.
    expect(leftMs).toBeCloseTo(320_000, -4)
  })

  test('counts the noise that an earlier process has learned, but not its level', () => {
    const earlier = createQuietWindows(LATENCY)
    for (let tick = 1; tick <= 100; tick++) earlier.observe(START + tick * 5000, 1 + (tick % 3))
    const later = createQuietWindows(LATENCY)
    later.resume(JSON.parse(JSON.stringify(earlier)), START + 600_000)
    for (let tick = 1; tick <= 2; tick++) later.observe(START + 600_000 + tick * 5000, 1)
    expect(later.stillToLearn).toMatchObject({ leftMs: 5000 })
    later.observe(START + 615_000, 1)
    expect(later.stillToLearn).toBeUndefined()
  })
})
