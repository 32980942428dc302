import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createQuietWindows } from '../../../src/trials/guards/quiet-windows.ts'
import { QuietLevel } from '../../../src/trials/guards/quiet-level.ts'
import { afterQuiet, ERRORS, LATENCY, noisy, times, watchTicks } from './guarded.ts'

const anything = fc.oneof(fc.double(), fc.double({ min: 0, max: 10 }), fc.constant(undefined), fc.constant(0))
const guards = fc.constantFrom(
  LATENCY,
  ERRORS,
  { ...LATENCY, direction: 'down' as const },
  { ...ERRORS, direction: 'down' as const },
)

describe('quiet windows', () => {
  test('forget what is old: after 4,096 samples only they count', () => {
    const { quiet } = afterQuiet(LATENCY, [...times(5000, 1), ...times(4096, 0.1)])
    const logs = (quiet as QuietLevel).logs()
    expect(logs.length).toBe(4096)
    expect(Math.exp(Math.max(...logs))).toBeCloseTo(0.1)
  })

  test('follow the day: a level that has doubled since an hour ago is the quiet level', () => {
    const { watch, now } = afterQuiet(LATENCY, [...times(3000, noisy(0.1, 0.1)), ...times(1500, noisy(0.2, 0.1, 2))])
    expect(watchTicks(watch, now, times(180, noisy(0.2, 0.1, 3))).at(-1)?.state).toBe('watching')
  })

  test('learn nothing of noise from the zeros before there was traffic', () => {
    const started = afterQuiet(LATENCY, [...times(600, 0), ...times(900, noisy(0.1, 0.1))])
    const always = afterQuiet(LATENCY, times(900, noisy(0.1, 0.1)))
    expect(started.watch.blindBelow).toBe(always.watch.blindBelow)
  })

  test('learn alike with every third value missing', () => {
    const value = noisy(0.1, 0.2)
    const { watch, now } = afterQuiet(
      LATENCY,
      times(1800, index => (index % 3 === 0 ? undefined : value())),
    )
    expect(watch.blindBelow).toMatch(/^would miss harm below \+[1-4]\d %$/)
    expect(
      watchTicks(
        watch,
        now,
        times(9, index => (index % 3 === 0 ? undefined : 0.3)),
      ).at(-1)?.state,
    ).toBe('breached')
  })
})

describe('whatever comes in', () => {
  test('nothing throws, and every status is one that is known', () => {
    fc.assert(
      fc.property(
        guards,
        fc.array(fc.tuple(anything, anything), { maxLength: 200 }),
        fc.array(fc.tuple(anything, anything)),
        (guard, before, during) => {
          const { watch, now, quiet } = afterQuiet(guard, before)
          expect(watch.blindBelow).not.toMatch(/NaN|undefined/)
          for (const status of watchTicks(watch, now, during)) {
            expect(['watching', 'breached', 'blind']).toContain(status.state)
            if (status.state !== 'watching') expect(status.reason).not.toMatch(/NaN|undefined|\n/)
          }
          createQuietWindows(guard).resume(JSON.parse(JSON.stringify(quiet)), now)
        },
      ),
    )
  })

  test('a number without a change is never a breach, nor are missing values', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.nat(300),
        fc.array(fc.boolean()),
        (value, quietFor, present) => {
          const { watch, now } = afterQuiet(LATENCY, times(quietFor, value))
          const statuses = watchTicks(
            watch,
            now,
            present.map(here => (here ? value : undefined)),
          )
          expect(statuses.some(({ state }) => state === 'breached')).toBe(false)
        },
      ),
    )
  })

  test('the unit does not matter: milliseconds are judged as seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.5, max: 4, noNaN: true }), (seed, factor) => {
        const quiet = times(300, noisy(0.1, 0.2, seed))
        const trial = times(60, noisy(0.1 * factor, 0.2, seed + 1))
        const inUnit = (unit: number): string[] => {
          const { watch, now } = afterQuiet(
            LATENCY,
            quiet.map(value => value * unit),
          )
          return watchTicks(
            watch,
            now,
            trial.map(value => value * unit),
          ).map(({ state }) => state)
        }
        expect(inUnit(1024)).toStrictEqual(inUnit(1))
      }),
      { numRuns: 50 },
    )
  })
})
