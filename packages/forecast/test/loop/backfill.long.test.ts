import { expect, test } from 'vitest'
import { startBackfill } from '../../src/loop/backfill.ts'
import { DAY, feed, forecaster, HORIZON, hourlyJob, LIMIT, MINUTE, START } from '../machine.ts'
import { backfilled, Bench, startServer } from './backfill-fixture.ts'

const NOW = START + 7 * DAY
const job = hourlyJob(20)
/** The same at every look: noise depends on the minute alone. */
const history = new Map(
  Array.from({ length: 7 * 1440 }, (_, index) => [START + index * MINUTE, job(START + index * MINUTE)]),
)
const load = (ms: number): number | undefined => history.get(ms)

test('after a start it knows its last days as if it had been there', async () => {
  await using server = await startServer(() => ({ valueAt: load }))
  const bench = new Bench()
  const results = await backfilled(bench, { url: server.url }, { cpu: 'max(load)' }, NOW)

  expect(results).toEqual([{ target: 'cpu', outcome: 'filled', samples: 7 * 1440 }])
  const witness = forecaster()
  feed(witness, ms => load(ms)!, START, 7 * DAY)
  expect(bench.forecasters.get('cpu')!.toJSON()).toEqual(witness.toJSON())
  expect(bench.forecasters.get('cpu')!.score(LIMIT, HORIZON).outcomes).toBeGreaterThan(4000)
  expect(bench.faults).toEqual([])
})

test('requests come one after the other, and each is small', async () => {
  await using server = await startServer(() => ({ valueAt: load }))
  await backfilled(new Bench(), { url: server.url, days: 30 }, { a: 'load', b: 'load * 2' }, NOW)

  expect(server.mostAtOnce()).toBe(1)
  const points = server.asked
    .filter(({ path }) => path.endsWith('query_range'))
    .map(({ params }) => (Number(params.get('end')) - Number(params.get('start'))) / Number(params.get('step')) + 1)
  expect(Math.max(...points)).toBeLessThanOrEqual(1440)
  expect(points.reduce((sum, each) => sum + each)).toBe(2 * (30 * 1440 + 1))
})

test('a time without values stays a gap, and so does a value that is not a number', async () => {
  const half = NOW - DAY / 2
  const valueAt = (ms: number): number | undefined =>
    ms >= half ? load(ms) : ms % (2 * MINUTE) === 0 ? NaN : undefined
  await using server = await startServer(() => ({ valueAt }))
  const bench = new Bench()
  await backfilled(bench, { url: server.url, days: 1 }, { cpu: 'load' }, NOW)

  const times = bench.samples.get('cpu')!.map(([ms]) => ms)
  expect(times).toHaveLength(720)
  expect(times[0]).toBe(half)
  expect(bench.forecasters.get('cpu')!.ignored).toBe(0)
})

test('samples that come meanwhile are kept, also for targets that wait for their turn', async () => {
  const bench = new Bench()
  await using server = await startServer(() => {
    // As the history of each of the two is on its way.
    const ms = NOW + server.asked.length * MINUTE
    for (const name of ['a', 'b']) bench.observe(name, ms, 0.5)
    return { valueAt: load }
  })
  await backfilled(bench, { url: server.url, days: 1 }, { a: 'load', b: 'load' }, NOW)

  for (const [name, live] of [
    ['a', 3],
    ['b', 6],
  ] as const) {
    const witness = forecaster()
    feed(witness, ms => load(ms)!, NOW - DAY - MINUTE, DAY + MINUTE)
    for (let index = 1; index <= live; index++) witness.observe(NOW + index * MINUTE, 0.5)
    // The first was put in place before the requests for the second, and has watched on by itself.
    if (name === 'a') for (let index = live + 1; index <= 6; index++) witness.observe(NOW + index * MINUTE, 0.5)
    expect(bench.forecasters.get(name)!.toJSON()).toEqual(witness.toJSON())
  }
})

test('a forecaster that is stopped half-way is as it was', async () => {
  const bench = new Bench()
  await using server = await startServer((_, index) => {
    if (index === 3) filling.stop()
    return { valueAt: load }
  })
  const work = bench.work({ a: 'load', b: 'load' }, NOW)
  const before = [...bench.forecasters.values()]
  const filling = startBackfill({ url: server.url }, work)

  expect((await filling.done).map(({ outcome }) => outcome)).toEqual(['stopped', 'stopped'])
  expect([...bench.forecasters.values()]).toEqual(before)
  expect(before.map(each => each.toJSON().ignored)).toEqual([0, 0])
  expect(bench.open).toEqual([])
  expect(bench.faults).toEqual([])
  expect(server.asked.length).toBe(4)
})

test('a target that knows more than half of the time, or more than the server, keeps its state', async () => {
  const valueAt = (ms: number): number | undefined => (ms >= NOW - DAY ? load(ms) : undefined)
  await using server = await startServer(() => ({ valueAt }))
  const bench = new Bench()
  const known: Readonly<Record<string, number>> = { most: 4 * DAY, more: 2 * DAY, less: DAY / 2 }
  const results = await backfilled(bench, { url: server.url }, { most: 'load', more: 'load', less: 'load' }, NOW, {
    knownMs: name => known[name]!,
  })
  expect(Object.fromEntries(results.map(({ target, outcome }) => [target, outcome]))).toEqual({
    most: 'known',
    more: 'known',
    less: 'filled',
  })
  expect(bench.open).toEqual([])
})

test('the event loop is not held while a week is taken in', async () => {
  await using server = await startServer(() => ({ valueAt: load }))
  const bench = new Bench()
  let turns = 0
  const counting = setInterval(() => turns++, 1)
  const work = bench.work({ cpu: 'load' }, NOW)
  let [longest, inOne, last] = [0, 0, -1]
  const { done } = startBackfill(
    { url: server.url },
    {
      ...work,
      rebuild: name => {
        const rebuild = work.rebuild(name)
        return {
          ...rebuild,
          observe: (ms, value) => {
            // An observe that takes its time: samples between two turns are counted, whatever the machine.
            const until = performance.now() + 0.1
            while (performance.now() < until);
            rebuild.observe(ms, value)
            inOne = turns === last ? inOne + 1 : 1
            last = turns
            longest = Math.max(longest, inOne)
          },
        }
      },
    },
  )
  await done
  clearInterval(counting)
  // Some 16 of them fill a slice.
  expect(longest).toBeLessThanOrEqual(64)
})
