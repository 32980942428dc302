import { describe, expect, test } from 'vitest'
import { createGuardWatch } from '../../../src/trials/guards/guard-watch.ts'
import { afterQuiet, LATENCY, noisy, times, watchTicks } from './guarded.ts'

const QUIET = times(900, noisy(0.1, 0.3))

describe('a guarded level', () => {
  test('is left alone while it stays as it was', () => {
    const { watch, now } = afterQuiet(LATENCY, QUIET)
    const statuses = watchTicks(watch, now, times(180, noisy(0.1, 0.3, 2)))
    expect(statuses.every(({ state }) => state === 'watching')).toBe(true)
  })

  test('that triples is a breach within seconds, reported in one line with its numbers', () => {
    const { watch, now } = afterQuiet(LATENCY, QUIET)
    const statuses = watchTicks(watch, now, times(10, noisy(0.3, 0.3, 2)))
    const breach = statuses.find(status => status.state === 'breached')
    expect(breach?.at).toBeLessThanOrEqual(now + 6000)
    expect(breach?.reason).toMatch(
      /^p99: 0\.\d+ over \d+ samples, \+\d+ % against a quiet 0\.\d+; limit \+\d+ % \(learned from quiet noise\)$/,
    )
  })

  test('stays breached when it comes back', () => {
    const { watch, now } = afterQuiet(LATENCY, QUIET)
    const statuses = watchTicks(watch, now, [...times(10, 1), ...times(100, 0.1)])
    expect(statuses.at(-1)).toStrictEqual(statuses[9])
    expect(statuses.at(-1)).toMatchObject({ state: 'breached' })
  })

  test('may spike twice in a row without a breach, however high', () => {
    const { watch, now } = afterQuiet(LATENCY, QUIET)
    const usual = noisy(0.1, 0.1, 2)
    const statuses = watchTicks(
      watch,
      now,
      times(170, index => (index % 17 < 2 ? 50 : usual())),
    )
    expect(statuses.some(({ state }) => state === 'breached')).toBe(false)
  })

  test('that creeps up by 30 % is found by the long windows', () => {
    const { watch, now } = afterQuiet(LATENCY, QUIET)
    const statuses = watchTicks(watch, now, times(180, noisy(0.13, 0.3, 2)))
    const breach = statuses.find(status => status.state === 'breached')
    expect(breach?.reason).toMatch(/over (24|64|180) samples/)
  })

  test('without noise is held to the margin', () => {
    const within = afterQuiet(LATENCY, times(900, 0.1))
    expect(watchTicks(within.watch, within.now, times(180, 0.109)).at(-1)?.state).toBe('watching')
    const beyond = afterQuiet(LATENCY, times(900, 0.1))
    expect(watchTicks(beyond.watch, beyond.now, times(3, 0.111)).at(-1)).toMatchObject({
      state: 'breached',
      reason: 'p99: 0.111 over 3 samples, +11 % against a quiet 0.1; limit +10 % (the margin)',
    })
    expect(beyond.watch.blindBelow).toBe('would miss harm below +10 %')
  })

  test('may be worse when it falls', () => {
    const guard = { expr: 'hit ratio', notWorseThan: 0.2, direction: 'down' } as const
    const fallen = afterQuiet(guard, times(900, noisy(0.8, 0.02)))
    expect(fallen.watch.blindBelow).toMatch(/below -2\d %$/)
    expect(watchTicks(fallen.watch, fallen.now, times(5, 0.5)).at(-1)?.state).toBe('breached')
    const risen = afterQuiet(guard, times(900, noisy(0.8, 0.02)))
    expect(watchTicks(risen.watch, risen.now, times(180, 1)).at(-1)?.state).toBe('watching')
    const gone = afterQuiet(guard, times(900, noisy(0.8, 0.02)))
    expect(watchTicks(gone.watch, gone.now, times(3, 0)).at(-1)?.state).toBe('breached')
  })

  test('is followed at a tick of five seconds as well', () => {
    const { watch, now } = afterQuiet(LATENCY, times(720, noisy(0.1, 0.1)), 5000)
    const statuses = watchTicks(watch, now, times(36, noisy(0.3, 0.1, 2)), 5000)
    expect(statuses.findIndex(({ state }) => state === 'breached')).toBe(1)
  })

  test('that moves slowly, as a percentile of the last minute does, gets limits that know it', () => {
    const raw = times(4000, noisy(0.1, 0.3))
    const smooth = raw.slice(60).map((_, index) => raw.slice(index, index + 60).reduce((sum, each) => sum + each) / 60)
    const { watch, now } = afterQuiet(LATENCY, smooth.slice(0, 3600))
    expect(watchTicks(watch, now, smooth.slice(3600, 3780)).every(({ state }) => state === 'watching')).toBe(true)
  })
})

describe('what a guarded level cannot see', () => {
  test('is everything when nothing was quiet yet', () => {
    const { watch, now } = afterQuiet(LATENCY, [])
    expect(watch.blindBelow).toBe('sees nothing: only 0 quiet samples to compare with')
    expect(watchTicks(watch, now, [100])[0]).toMatchObject({ state: 'blind' })
  })

  test('is not known in the first minute, when the margin alone is the limit', () => {
    const { watch, now } = afterQuiet(LATENCY, times(20, 0.1))
    expect(watch.blindBelow).toBe(
      'would miss harm below +10 %; noise is not known yet, so noise alone may cause a revert',
    )
    expect(watchTicks(watch, now, times(8, 0.12)).map(({ state }) => state)).toStrictEqual([
      ...times(7, 'watching'),
      'breached',
    ])
    const doubled = afterQuiet(LATENCY, times(20, 0.1))
    expect(watchTicks(doubled.watch, doubled.now, times(3, 0.25)).at(-1)).toMatchObject({
      reason: 'p99: 0.25 over 3 samples, +150 % against a quiet 0.1; limit +100 % (a doubling, noise is not known yet)',
    })
  })

  test('is harm below its stated figure: at that figure 95 of 100 are found', () => {
    let found = 0
    for (let seed = 1; seed <= 100; seed++) {
      const { watch, now } = afterQuiet(LATENCY, times(1800, noisy(0.1, 0.3, seed * 7919)))
      const percent = Number(/below \+(\d+(?:\.\d+)?) %/.exec(watch.blindBelow)?.[1])
      const statuses = watchTicks(watch, now, times(190, noisy(0.1 * (1 + percent / 100), 0.3, seed * 104_729)))
      if (statuses.at(-1)?.state === 'breached') found++
    }
    expect(found).toBeGreaterThanOrEqual(88)
  })

  test('is a trial whose values go missing, until they come back', () => {
    const { watch, now } = afterQuiet(LATENCY, times(900, 0.1))
    const statuses = watchTicks(watch, now, [...times(5, 0.1), ...times(11, undefined), Number.NaN, 0.1])
    expect(statuses.map(({ state }) => state)).toStrictEqual([
      ...times(14, 'watching'),
      ...times(3, 'blind'),
      'watching',
    ])
    expect(statuses[15]).toStrictEqual({ state: 'blind', reason: 'p99: no value for 11 s' })
  })

  test('is a level whose last quiet sample is old', () => {
    const { quiet, now, watch } = afterQuiet(LATENCY, times(900, 0.1))
    expect(watch.blindBelow).toContain('+10 %')
    const late = createGuardWatch(LATENCY, quiet, now + 3_700_000)
    expect(late.blindBelow).toBe('sees nothing: the last quiet sample is older than 60 min')
  })

  test('is how much worse than zero something is, unless there is a floor', () => {
    const guard = { expr: 'queue', notWorseThan: 1 }
    const without = afterQuiet(guard, times(900, 0))
    expect(without.watch.blindBelow).toContain('give the guard a floor')
    expect(watchTicks(without.watch, without.now, times(7, 5)).at(-1)?.state).toBe('watching')
    expect(without.watch.observe(without.now + 8000, 5)).toMatchObject({
      reason: 'queue: 5, the 8th in a row above 0; was 0 in all 900 quiet samples',
    })
    const learning = afterQuiet(guard, times(900, 0))
    learning.quiet.observe(learning.now + 500, 5)
    expect(watchTicks(learning.watch, learning.now, times(7, 5)).at(-1)?.state).toBe('watching')
    const withFloor = afterQuiet({ ...guard, floor: 10 }, times(900, 0))
    expect(watchTicks(withFloor.watch, withFloor.now, times(180, 19)).at(-1)?.state).toBe('watching')
    const beyond = afterQuiet({ ...guard, floor: 10 }, times(900, 0))
    expect(watchTicks(beyond.watch, beyond.now, times(3, 30)).at(-1)?.state).toBe('breached')
  })
})
