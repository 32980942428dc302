import { createRandom, gaussian } from '@homeostat/signals/random'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createGuardWatch } from '../../../src/trials/guards/guard-watch.ts'
import type { QuietLevel } from '../../../src/trials/guards/quiet-level.ts'
import type { QuietRatio } from '../../../src/trials/guards/quiet-ratio.ts'
import type { QuietWindows } from '../../../src/trials/guards/quiet-windows.ts'
import { createQuietWindows, parseQuiet } from '../../../src/trials/guards/quiet-windows.ts'
import type { Guard } from '../../../src/words/response.ts'
import { afterQuiet, ERRORS, LATENCY, noisy, times, watchTicks, type Tick } from './guarded.ts'

const roundTrip = (quiet: QuietWindows): unknown => JSON.parse(JSON.stringify(quiet))

/** The windows of the next process, a minute later, after its own quiet ticks. */
function next(guard: Guard, saved: unknown, at: number, own: readonly Tick[]): { quiet: QuietWindows; now: number } {
  const quiet = createQuietWindows(guard)
  quiet.resume(saved, at)
  let now = at
  for (const tick of own) {
    now += 1000
    const [value, denominator] = Array.isArray(tick) ? tick : [tick as number | undefined]
    quiet.observe(now, value, denominator)
  }
  return { quiet, now }
}

describe('the noise that an earlier process has learned', () => {
  test.each([1, 1.5, 0.7])('is known at once, and a level that the deployment changed %f times is not harm', shift => {
    const trials = 60
    const counts = { alone: 0, resumed: 0 }
    let seen = 0
    for (let seed = 1; seed <= trials; seed++) {
      const random = createRandom(seed)
      const value = (level: number) => (): number => level * Math.exp(0.2 * gaussian(random))
      const { quiet, now } = afterQuiet(LATENCY, times(1500, value(0.1)))
      const own = times(12, value(0.1 * shift))
      const alone = afterQuiet(LATENCY, own)
      const resumed = next(LATENCY, roundTrip(quiet), now + 60_000, own)
      const placebo = times(180, value(0.1 * shift))
      const isBreached = (quietNow: QuietWindows, at: number, ticks: readonly Tick[]): boolean =>
        watchTicks(createGuardWatch(LATENCY, quietNow, at), at, ticks).some(({ state }) => state === 'breached')
      counts.alone += Number(isBreached(alone.quiet, alone.now, placebo))
      counts.resumed += Number(isBreached(resumed.quiet, resumed.now, placebo))
      seen += Number(isBreached(resumed.quiet, resumed.now, times(180, value(0.3 * shift))))
    }
    expect(counts.alone / trials).toBeGreaterThan(0.2)
    expect(counts.resumed).toBeLessThanOrEqual(1)
    expect(seen).toBe(trials)
  })

  test('says nothing about the level before three samples of this process', () => {
    const { quiet, now } = afterQuiet(LATENCY, times(1500, noisy(0.1, 0.2)))
    for (const own of [0, 2]) {
      const resumed = next(LATENCY, roundTrip(quiet), now + 60_000, times(own, 0.1))
      const watch = createGuardWatch(LATENCY, resumed.quiet, resumed.now)
      expect(watch.blindBelow).toBe(`sees nothing: only ${own} quiet samples to compare with`)
      expect(watch.observe(resumed.now + 1000, 5).state).toBe('blind')
    }
    const three = next(LATENCY, roundTrip(quiet), now + 60_000, times(3, noisy(0.1, 0.2, 9)))
    expect(createGuardWatch(LATENCY, three.quiet, three.now).blindBelow).toMatch(/^would miss harm below \+\d+ %$/)
  })

  test('that comes late, from a server that was found late, goes before what was learned meanwhile', () => {
    const { quiet, now } = afterQuiet(LATENCY, times(1500, noisy(0.1, 0.2)))
    const own = times(20, noisy(0.1, 0.2, 5))
    const early = next(LATENCY, roundTrip(quiet), now + 60_000, own)
    const late = next(LATENCY, undefined, now + 60_000, own)
    late.quiet.resume(roundTrip(quiet), late.now)
    expect((late.quiet as QuietLevel).logs().length).toBe(1520)
    const [a, b] = [early, late].map(each => createGuardWatch(LATENCY, each.quiet, each.now).blindBelow)
    expect(b).toBe(a)
    // What is read again, from another place, takes the place of what was read before.
    late.quiet.resume(roundTrip(quiet), late.now)
    expect((late.quiet as QuietLevel).logs().length).toBe(1520)
  })

  test('is as old as it is: a window goes on while no process observes, and stamps from the future are left out', () => {
    const level = afterQuiet(LATENCY, times(5000, noisy(0.1, 0.2)))
    const ratio = afterQuiet(
      ERRORS,
      times(5200, () => [0.01, 20] as const),
    )
    const left = (guard: Guard, saved: unknown, at: number): number => {
      const { quiet } = next(guard, saved, at, [])
      return quiet.kind === 'level' ? quiet.logs().length : quiet.blocks().length
    }
    expect(
      [0, 96_000, 4_095_000, 4_096_000].map(gap => left(LATENCY, roundTrip(level.quiet), level.now + gap)),
    ).toEqual([4096, 4000, 1, 0])
    expect([0, 1_000_000, 6_000_000].map(gap => left(ERRORS, roundTrip(ratio.quiet), ratio.now + gap))).toEqual([
      512, 412, 0,
    ])
    for (const { quiet, now } of [level, ratio]) {
      const guard = quiet.kind === 'level' ? LATENCY : ERRORS
      expect(left(guard, roundTrip(quiet), now - 30_000)).toBeGreaterThan(0)
      expect(left(guard, roundTrip(quiet), now - 61_000)).toBe(0)
    }
  })

  test('of a ratio tells how errors come in bursts, and the share is what this process counts', () => {
    const bursts = times(5000, index => [index % 600 < 20 ? 0.3 : 0, 20] as const)
    const { quiet, now } = afterQuiet(ERRORS, bursts)
    const resumed = next(
      ERRORS,
      roundTrip(quiet),
      now + 60_000,
      times(60, () => [0.05, 20] as const),
    )
    expect((resumed.quiet as QuietRatio).own).toBe(5)
    const watch = createGuardWatch(ERRORS, resumed.quiet, resumed.now)
    const placebo = times(180, () => [0.05, 20] as const)
    expect(watchTicks(watch, resumed.now, placebo).some(({ state }) => state === 'breached')).toBe(false)
    const harmed = createGuardWatch(ERRORS, resumed.quiet, resumed.now)
    const harm = times(180, () => [0.6, 20] as const)
    expect(watchTicks(harmed, resumed.now, harm).at(-1)?.state).toBe('breached')
  })

  test('from zeros alone says nothing about a level, and a level is not forgotten for zeros', () => {
    const zeros = roundTrip(afterQuiet(LATENCY, times(600, 0)).quiet)
    const level = afterQuiet(LATENCY, times(600, noisy(0.1, 0.2)))
    const served = next(LATENCY, undefined, level.now, times(20, 0.1))
    served.quiet.resume(zeros, served.now)
    expect((served.quiet as QuietLevel).logs().length).toBe(20)
    const idle = next(LATENCY, undefined, level.now, times(20, 0))
    idle.quiet.resume(roundTrip(level.quiet), idle.now)
    expect([(idle.quiet as QuietLevel).alwaysZero, (idle.quiet as QuietLevel).logs().length]).toEqual([false, 600])
  })
})

describe('what somebody else has saved', () => {
  const wrong: Record<string, unknown> = {
    nothing: null,
    'a number': 7,
    'no kind': {},
    'a log that is text': { kind: 'level', logs: ['x'], usual: 1, tickMs: 1000, lastAt: 1 },
    'a log that no number has': { kind: 'level', logs: [1e300], usual: 1, tickMs: 1000, lastAt: 1 },
    'too many logs': { kind: 'level', logs: times(4097, 0), usual: 1, tickMs: 1000, lastAt: 1 },
    'a level below zero': { kind: 'level', logs: [0], usual: -1, tickMs: 1000, lastAt: 1 },
    'no time between samples': { kind: 'level', logs: [0], usual: 1, tickMs: 0, lastAt: 1 },
    'a time that is not finite': { kind: 'level', logs: [0], usual: 1, tickMs: 1000, lastAt: null },
    'more hits than trials': { kind: 'ratio', hits: [2], trials: [1], tickMs: 1000, lastAt: 1 },
    'hits without trials': { kind: 'ratio', hits: [1], trials: [], tickMs: 1000, lastAt: 1 },
    'counts below zero': { kind: 'ratio', hits: [-1], trials: [1], tickMs: 1000, lastAt: 1 },
  }
  test.each(Object.entries(wrong))('with %s is not valid', (_, saved) => {
    expect(parseQuiet(saved)).toBeUndefined()
    for (const guard of [LATENCY, ERRORS]) {
      const quiet = createQuietWindows(guard)
      quiet.resume(saved, 1_800_000_000_000)
      expect(roundTrip(quiet)).toEqual(roundTrip(createQuietWindows(guard)))
    }
  })

  test('of another level never moves the level of this process, which begins at zero or not', () => {
    const given = { kind: 'level', logs: [0], usual: 27, tickMs: 2.44, lastAt: 1_800_000_000_000 }
    const down: Guard = { ...LATENCY, direction: 'down' }
    for (const own of [times(3, 0.1), [0, ...times(3, 0.1)]]) {
      const { quiet, now } = next(down, given, 1_800_000_010_000, own)
      const watch = createGuardWatch(down, quiet, now)
      for (const { state } of watchTicks(watch, now, times(200, 0.1))) expect(state).toBe('watching')
    }
  })

  test('never makes a guard throw or say what is not a number, nor breach on a number that does not change', () => {
    const guards = fc.constantFrom<Guard>(LATENCY, ERRORS, { ...LATENCY, direction: 'down' }, { ...LATENCY, floor: 0 })
    const saved = fc.oneof(
      fc.jsonValue(),
      fc.record({
        kind: fc.constant('level'),
        logs: fc.array(fc.double({ min: -750, max: 750, noNaN: true }), { maxLength: 200 }),
        usual: fc.double({ min: 0, noNaN: true }),
        tickMs: fc.double({ min: 1, max: 1e6, noNaN: true }),
        lastAt: fc.constant(1_800_000_000_000),
      }),
      fc
        .array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1e12, noNaN: true })))
        .map(blocks => ({
          kind: 'ratio',
          hits: blocks.map(([share, trials]) => share * trials),
          trials: blocks.map(([, trials]) => trials),
          tickMs: 1000,
          lastAt: 1_800_000_000_000,
        })),
    )
    fc.assert(
      fc.property(guards, saved, fc.nat(100), fc.constantFrom(0.1, 0), (guard, given, own, value) => {
        const tick: Tick = guard.denominator === undefined ? value : [0.01, 20]
        const { quiet, now } = next(guard, given, 1_800_000_010_000, times(own, tick))
        const watch = createGuardWatch(guard, quiet, now)
        expect(watch.blindBelow).not.toMatch(/NaN|undefined/)
        for (const status of watchTicks(watch, now, times(60, tick))) expect(status.state).not.toBe('breached')
      }),
    )
  })
})
