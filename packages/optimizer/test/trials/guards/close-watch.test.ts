import { createRandom, gaussian } from '@homeostat/signals/random'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createGuardWatch } from '../../../src/trials/guards/guard-watch.ts'
import { createQuietWindows } from '../../../src/trials/guards/quiet-windows.ts'
import { ERRORS, LATENCY } from './guarded.ts'

const START = 1_800_000_000_000
const TICK = 5

interface Watched {
  readonly breachedAfter: number | undefined
  readonly blindBelow: string
}

/** Quiet ticks of 5 s, and then a trial that is looked at each second. */
function watch(value: (second: number, isTrial: boolean) => number, quietFor: number, lasts: number): Watched {
  const quiet = createQuietWindows(LATENCY)
  const at = (second: number): number => START + second * 1000
  for (let second = 1; second <= quietFor; second++) {
    const now = value(second, false)
    if (second % TICK === 0) quiet.observe(at(second), now)
  }
  const guard = createGuardWatch(LATENCY, quiet, at(quietFor), 1000)
  for (let second = 1; second <= lasts; second++)
    if (guard.observe(at(quietFor + second), value(quietFor + second, true)).state === 'breached')
      return { breachedAfter: second, blindBelow: guard.blindBelow }
  return { breachedAfter: undefined, blindBelow: guard.blindBelow }
}

describe('a trial that is looked at each second, after quiet ticks of 5 s', () => {
  test('sees a disaster after a tick and a look, and three times a noisy level soon after', () => {
    const noisy = (sd: number, harm: number, seed: number): number | undefined => {
      const random = createRandom(seed)
      return watch((_, isTrial) => (isTrial ? harm : 1) * Math.exp(sd * gaussian(random)), 3600, 60).breachedAfter
    }
    for (let seed = 1; seed <= 20; seed++) {
      expect(noisy(0.05, 10, seed)).toBe(6)
      expect(noisy(0.2, 3, seed)).toBeLessThanOrEqual(10)
    }
  })

  // Ticks do not show how much one second has in common with the next: nothing, a part, or all.
  test.each<[string, (random: () => number) => (second: number) => number]>([
    ['nothing', random => () => gaussian(random)],
    [
      'a part',
      random => {
        let state = gaussian(random)
        return () => (state = 0.9 * state + Math.sqrt(1 - 0.81) * gaussian(random))
      },
    ],
    [
      'all until the next tick',
      random => {
        const phase = Math.floor(random() * TICK)
        let held = gaussian(random)
        return second => ((second + phase) % TICK === 0 ? (held = gaussian(random)) : held)
      },
    ],
  ])('is not reverted without a cause where seconds have in common: %s', (_, create) => {
    for (const quietFor of [200, 1800]) {
      let breached = 0
      for (let seed = 1; seed <= 400; seed++) {
        const noise = create(createRandom(seed * 7919 + quietFor))
        breached += Number(watch(second => Math.exp(0.3 * noise(second)), quietFor, 180).breachedAfter !== undefined)
      }
      // At 0.6 %, the limits' own error, the chance of more than seven is below 0.3 %.
      expect(breached).toBeLessThanOrEqual(7)
    }
  })

  test('is not reverted for one value, however high, that stays until the next tick', () => {
    const world = fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      height: fc.double({ min: 1, max: 1e9, noNaN: true }),
      from: fc.integer({ min: 1, max: 100 }),
    })
    fc.assert(
      fc.property(world, ({ seed, height, from }) => {
        const random = createRandom(seed)
        const value = (second: number, isTrial: boolean): number => {
          const usual = 1 + 0.05 * random()
          return isTrial && second >= 1000 + from && second < 1000 + from + TICK ? height * usual : usual
        }
        expect(watch(value, 1000, 120).breachedAfter).toBeUndefined()
      }),
    )
  })

  test('that is looked at more often than it was planned for takes each look once', () => {
    const quiet = createQuietWindows(LATENCY)
    for (let tick = 1; tick <= 100; tick++) quiet.observe(START + tick * 5000, 1 + (tick % 3) / 100)
    const begins = START + 500_000
    const guard = createGuardWatch(LATENCY, quiet, begins, 1000)
    // Sixty readings of one bad moment are one value.
    for (let look = 0; look < 60; look++)
      expect(guard.observe(begins + 5000 + look, 100).state, `look ${look}`).toBe('watching')
  })

  test('counts cases of a ratio for the time that has passed, so that looks find the same share sooner', () => {
    const seconds = (everyMs: number | undefined): number => {
      const quiet = createQuietWindows(ERRORS)
      for (let tick = 1; tick <= 200; tick++) quiet.observe(START + tick * 5000, 0.005, 20)
      const begins = START + 1_000_000
      const guard = createGuardWatch(ERRORS, quiet, begins, everyMs)
      for (let second = 1; second <= 120; second++) {
        if (everyMs === undefined && second % TICK !== 0) continue
        if (guard.observe(begins + second * 1000, 0.1, 20).state === 'breached') return second
      }
      return Infinity
    }
    expect(seconds(1000)).toBeLessThan(seconds(undefined))
    expect(seconds(1000)).toBeLessThanOrEqual(8)
  })
})
