import { describe, expect, test } from 'vitest'
import { afterQuiet, ERRORS, times, watchTicks } from './guarded.ts'

/** One failed request of 200, at 20 requests a second. */
const QUIET = times(900, index => [index % 10 === 0 ? 0.05 : 0, 20] as const)

describe('a guarded ratio', () => {
  test('is left alone while it stays as it was', () => {
    const { watch, now } = afterQuiet(ERRORS, QUIET)
    expect(watchTicks(watch, now, QUIET.slice(0, 180)).every(({ state }) => state === 'watching')).toBe(true)
  })

  test('that rises to 10 % is a breach within ten seconds, reported with its numbers', () => {
    const { watch, now } = afterQuiet(ERRORS, QUIET)
    const breach = watchTicks(watch, now, times(10, [0.1, 20] as const)).find(status => status.state === 'breached')
    expect(breach?.reason).toMatch(/^errors: 10 % bad of the last \d+ cases, quiet 0\.\d+ %, limit 2\.\d %$/)
  })

  test('that rises by less than half of the margin is never one', () => {
    const { watch, now } = afterQuiet(ERRORS, QUIET)
    expect(watchTicks(watch, now, times(3000, [0.012, 20] as const)).at(-1)?.state).toBe('watching')
  })

  test('needs cases: one failure of two at night is not a breach', () => {
    const { watch, now } = afterQuiet(ERRORS, QUIET)
    const statuses = watchTicks(
      watch,
      now,
      times(180, index => (index === 90 ? ([0.5, 2] as const) : ([0, 2] as const))),
    )
    expect(statuses.every(({ state }) => state === 'watching')).toBe(true)
  })

  test('that is worse when it falls counts the other cases', () => {
    const hits = { expr: 'hits', denominator: 'lookups', notWorseThan: 0.05, direction: 'down' } as const
    const { watch, now } = afterQuiet(hits, times(900, [0.9, 100] as const))
    expect(watch.blindBelow).toMatch(/^would miss harm below 1\d % bad cases \(quiet 10 %\)$/)
    expect(watchTicks(watch, now, times(10, [0.6, 100] as const)).at(-1)?.state).toBe('breached')
  })

  test('that comes in bursts when quiet needs more evidence', () => {
    const bursts = times(3600, index => [index % 300 < 20 ? 0.1 : 0, 20] as const)
    const { watch, now } = afterQuiet(ERRORS, bursts)
    expect(watchTicks(watch, now, bursts.slice(0, 180)).every(({ state }) => state === 'watching')).toBe(true)
  })

  test('counts the same at a tick of five seconds', () => {
    const { watch, now } = afterQuiet(
      ERRORS,
      times(360, index => [index % 2 === 0 ? 0.01 : 0, 20] as const),
      5000,
    )
    const statuses = watchTicks(watch, now, times(4, [0.1, 20] as const), 5000)
    expect(statuses.findIndex(({ state }) => state === 'breached')).toBeLessThanOrEqual(1)
  })
})

describe('what a guarded ratio cannot see', () => {
  test('follows from the number of requests', () => {
    expect(afterQuiet(ERRORS, QUIET).watch.blindBelow).toMatch(
      /^would miss harm below [12](\.\d)? % bad cases \(quiet 0\.\d+ %\)$/,
    )
    const rare = times(900, index => [index % 10 === 0 ? 0.05 : 0, 0.05] as const)
    expect(afterQuiet(ERRORS, rare).watch.blindBelow).toMatch(/^(sees nothing|would miss harm below [2-9]\d %)/)
  })

  test('is not known before anything was counted; then as much as the margin is taken to be usual', () => {
    const { watch, now } = afterQuiet(ERRORS, [])
    expect(watch.blindBelow).toBe('would miss harm below 4 % at least; how many cases there are is not known yet')
    expect(watchTicks(watch, now, times(20, [0.2, 20] as const)).at(-1)).toMatchObject({ state: 'breached' })
  })

  test('is a trial in which there is nothing to count', () => {
    const { watch, now } = afterQuiet(ERRORS, QUIET)
    expect(watchTicks(watch, now, times(10, [undefined, 0] as const)).at(-1)).toStrictEqual({
      state: 'blind',
      reason: 'errors: nothing to count for 10 s',
    })
    expect(watch.observe(now + 11_000, 0, 20)).toStrictEqual({ state: 'watching' })
  })
})
