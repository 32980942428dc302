import type { RuleSource } from '@homeostat/promql'
import { CUMULATIVE, SUM_POINT, hrTime, nextTurn, type ScopeMetrics } from '@homeostat/signals'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LedgerEntry, ResponseGuard } from '../../src/index.ts'
import { Loop, relieve, START } from '../loop.ts'
import { TICK_MS, LOOK_MS, QUIET_MS, lag, requests, longTrial, World } from './watched-service.ts'

describe('guards of our own signals are read between two ticks of an open trial', () => {
  test('harm of three times is reverted within ten seconds of a tick of 5 s, and reported at the next tick', async () => {
    const world = new World()
    await world.untilTrial()
    world.harm = 3
    const onset = world.loop.now
    await world.until(() => Number.isFinite(world.undone))
    expect(world.undone - onset).toBeLessThanOrEqual(10_000)
    await world.until(() => world.entries.some(({ breaches }) => breaches.length > 0), 6)
    expect(world.entries.flatMap(({ breaches }) => breaches)).toHaveLength(1)
    expect(world.entries.flatMap(({ breaches }) => breaches)[0]!.reason).toMatch(/^max\(test_lag\): .* over 6 samples/)
    expect(world.line).toContain('guard breached')
    expect(world.line).toContain('read every 1 s')
  })

  test('without looks it takes longer, and explain says how often the guard was read', async () => {
    const world = new World({ lookMs: undefined as never })
    await world.untilTrial()
    world.harm = 3
    const onset = world.loop.now
    await world.until(() => Number.isFinite(world.undone))
    expect(world.undone - onset).toBeGreaterThanOrEqual(10_000)
    await world.second()
    expect(world.line).toContain('read every 5 s')
  })

  test('a control is watched in the same way: its breaches are what those of runs are compared with', async () => {
    const world = new World()
    await world.untilTrial()
    await world.until(() => world.loop.optimizer.trials.open.some(({ arm }) => arm === 'control'))
    world.harm = 3
    const onset = world.loop.now
    await world.until(() => world.entries.some(({ breaches }) => breaches.length > 0))
    expect(world.entries.at(-1)!.now - onset).toBeLessThanOrEqual(10_000)
    expect(world.loop.optimizer.looks.areNeeded).toBe(false)
  })

  test('nothing is read between ticks while no trial is open', async () => {
    const world = new World()
    let reads = 0
    world.loop.registry.observe(() => void reads++)
    await world.until(() => world.loop.now - START >= QUIET_MS)
    expect(world.loop.optimizer.looks.areNeeded).toBe(false)
    expect(reads).toBe(QUIET_MS / TICK_MS)
    world.isHigh = true
    await world.until(() => Number.isFinite(world.begins))
    expect(world.loop.optimizer.looks.areNeeded).toBe(true)
    world.isHigh = false
    await world.until(() => world.loop.optimizer.trials.open.length === 0)
    expect(world.loop.optimizer.looks.areNeeded).toBe(false)
    reads = 0
    const ticks = world.entries.length
    await world.until(() => world.entries.length === ticks + 10)
    expect(reads).toBe(10)
  })

  test.each<[string, ResponseGuard, string]>([
    [
      'a function of how many samples there are',
      { expr: 'max(max_over_time(test_lag[1m]))', notWorseThan: 0.1 },
      'read every 5 s, since max_over_time() depends on it',
    ],
    [
      'the same in parentheses',
      { expr: 'max(quantile_over_time(0.9, (test_lag[1m])))', notWorseThan: 0.1 },
      'read every 5 s, since quantile_over_time() depends on it',
    ],
    [
      'a range of fewer than two ticks',
      { expr: 'sum(rate(test_requests[6s]))', notWorseThan: 0.1 },
      'read every 5 s, since a range of 6 s spans fewer than two ticks',
    ],
    ['a rate', { expr: 'sum(rate(test_requests[30s]))', direction: 'down', notWorseThan: 0.5 }, 'read every 1 s'],
    ['a gauge', { expr: 'max(test_lag)', notWorseThan: 0.1 }, 'read every 1 s'],
  ])('explain says how often and why: %s', async (_, guard, text) => {
    const world = new World({ guard })
    await world.untilTrial()
    expect(world.loop.optimizer.looks.areNeeded).toBe(text === 'read every 1 s')
    await world.until(() => world.loop.optimizer.trials.all[0]!.state === 'judged')
    expect(world.line).toContain(text)
  })

  test('a guard of data that a reader delivers is read at ticks, and explain says how late it is', async () => {
    const world = new World({ guard: { expr: 'max(foreign_lag)', notWorseThan: 0.1 } })
    const reader = {}
    const offer = (): void => {
      const [at, value] = [world.loop.now, 1 + Math.sin(world.loop.now) / 10]
      const point = { startTime: hrTime(START), endTime: hrTime(at), attributes: {}, value }
      const metric = {
        descriptor: { name: 'foreign_lag', unit: '1', description: '', valueType: 1 },
        aggregationTemporality: CUMULATIVE,
        dataPointType: SUM_POINT,
        isMonotonic: false,
        dataPoints: [point],
      }
      world.loop.optimizer.offer(reader, [
        { scope: { name: 'theirs' }, metrics: [metric] },
      ] as unknown as ScopeMetrics[])
    }
    const from = world.loop.optimizer.reader
    let collected = 0
    from.on(() => void (++collected % 12 === 0 && offer()))
    await world.untilTrial()
    expect(world.loop.optimizer.looks.areNeeded).toBe(false)
    await world.until(() => world.loop.optimizer.trials.all[0]!.state === 'judged')
    expect(world.line).toContain('read every 5 s, since a reader delivers its data every 60 s')
  })
})

test('what is left of harm that was reverted is not learned as quiet', async () => {
  const world = new World({ guard: { expr: 'max(test_lag)', notWorseThan: 0.1 } })
  await world.untilTrial()
  world.harm = 3
  await world.until(() => Number.isFinite(world.undone))
  const saved = (): string => [...world.loop.optimizer.trials.quiet.snapshot()].map(({ print }) => print).join()
  const known = saved()
  world.isHigh = false
  const since = world.loop.now
  await world.until(() => saved() !== known)
  expect(world.loop.now - since).toBeGreaterThan(170_000)
  expect(world.loop.now - since).toBeLessThan(190_000)
})

describe('a look disturbs nothing', () => {
  const counting: RuleSource[] = [
    { alert: 'PressureHigh', expr: 'test_pressure > 0.8', for: '10s' },
    { alert: 'Samples', expr: 'count_over_time(test_lag[1m]) > 0' },
    { alert: 'Changes', expr: 'changes(test_requests[2m]) > 0' },
    { alert: 'Rate', expr: 'rate(test_requests[1m]) > 0' },
  ]
  /** What each tick found and did, without the times that it took. */
  const course = (entries: readonly LedgerEntry[]): unknown =>
    entries.map(({ now, firings, started, withheld, verdicts, breaches }) => ({
      now,
      firings: firings.map(({ alert, value }) => [alert, value]),
      trials: [...started, ...withheld].map(({ id }) => id),
      verdicts: verdicts.map(({ id, verdict }) => [id, verdict]),
      breaches: breaches.length,
    }))

  test('rules see the same samples, and ticks have the same course, whether and whenever somebody looks', async () => {
    const run = async (offsets: readonly number[]): Promise<unknown> => {
      // Counts and lags follow the time, not how often they are read.
      const loop = new Loop({
        actions: [relieve(async () => ({ summary: 'done', effects: { things: 1 } }))],
        responses: [{ ...longTrial, guards: [{ expr: 'max(test_lag)', notWorseThan: 5 }] }],
        rules: counting,
        lookMs: LOOK_MS,
      })
      const level = loop.registry.level(lag).with()
      const count = loop.registry.counter(requests).with()
      let counted = 0
      loop.registry.observe(now => {
        level.set(1 + Math.sin(now / 7000) / 10)
        const total = Math.floor((now - START) / 100)
        count.add(total - counted)
        counted = total
      })
      const entries: LedgerEntry[] = []
      for (let tick = 0; tick < 130; tick++) {
        loop.now = START + tick * TICK_MS
        loop.pressure.set(tick > 60 ? 0.9 : 0.1)
        entries.push(loop.optimizer.tick(loop.now))
        await nextTurn()
        for (const offset of offsets) {
          loop.now = START + tick * TICK_MS + offset
          loop.optimizer.looks.look(loop.now)
        }
      }
      expect(loop.optimizer.trials.all.length).toBeGreaterThan(0)
      expect(loop.optimizer.store.stats).toMatchObject({ outOfOrder: 0, duplicates: 0 })
      return course(entries)
    }
    const plain = await run([])
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 4999 }), { maxLength: 6 }), async offsets => {
        expect(await run(offsets.toSorted((a, b) => a - b))).toEqual(plain)
      }),
      { numRuns: 8 },
    )
  })

  test('a look and a tick never run at the same time, in whatever order they are asked for', async () => {
    const world = new World()
    await world.untilTrial()
    const { optimizer } = world.loop
    const asks = fc.array(fc.constantFrom('tick', 'tickInSlices', 'look', 'lookInSlices', 'refresh'), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(asks, async order => {
        const asked: Promise<unknown>[] = []
        for (const what of order) {
          const now = (world.loop.now += 700)
          if (what === 'tick') optimizer.tick(now)
          else if (what === 'refresh') optimizer.refresh(now)
          else if (what === 'look') optimizer.looks.look(now)
          else if (what === 'tickInSlices') asked.push(optimizer.tickInSlices(now))
          else asked.push(optimizer.looks.lookInSlices(now))
        }
        await Promise.all(asked)
        expect(optimizer.looks.isLooking).toBe(false)
        // A sample that was lent for a look and not taken back would be the newest of its series.
        world.loop.now += 700
        optimizer.refresh(world.loop.now)
      }),
      { numRuns: 40 },
    )
    expect(optimizer.store.stats).toMatchObject({ outOfOrder: 0, duplicates: 0 })
  })

  test('a look at a time that is not a number, or close to a tick, reads nothing', async () => {
    const world = new World()
    await world.untilTrial()
    const { looks } = world.loop.optimizer
    let reads = 0
    world.loop.registry.observe(() => void reads++)
    for (const now of [NaN, Infinity, undefined as never, world.loop.now - 900]) looks.look(now)
    await looks.lookInSlices(NaN)
    expect(reads).toBe(0)
  })
})
