import { expect, test } from 'vitest'
import { CUMULATIVE, DELTA, GAUGE_POINT, HISTOGRAM_POINT, SUM_POINT, hrTime } from '@homeostat/signals'
import type { MetricData, ScopeMetrics } from '@homeostat/signals'
import type { LedgerEntry } from '@homeostat/optimizer'
import { backtest, openRecording, Recorder, RecordingError } from '../../src/backtest/index.ts'
import { Loop, relieve, response, START } from '../../../optimizer/test/loop.ts'
import { createNoise } from '../../../optimizer/test/noise.ts'
import { MINUTE_MS, useFolder } from './replay.ts'

const folder = useFolder()

const RULES = [
  { alert: 'PressureHigh', expr: 'test_pressure > 0.8', for: '10s', keepFiringFor: '15s' },
  {
    alert: 'Slow',
    expr: 'histogram_quantile(0.9, sum by (le) (rate(http_server_request_duration_seconds_bucket[2m]))) >= 0.5',
  },
  { alert: 'Busy', expr: 'sum(rate(jobs_total[3m])) > 1.5' },
]

/** An attached reader of deltas brings once a minute: requests that get slower, and jobs. */
function foreign(atMs: number, isSlow: boolean): ScopeMetrics {
  const base = {
    startTime: hrTime(START),
    endTime: hrTime(atMs),
    attributes: { 'user.name': 'ada', 'http.response.status_code': 200 },
  }
  const counts = isSlow ? [1, 1, 8] : [8, 1, 1]
  const metric = (name: string, unit: string): Pick<MetricData, 'descriptor'> => ({
    descriptor: { name, unit, description: '', valueType: 1 },
  })
  return {
    scope: { name: 'contrib', version: '1' },
    metrics: [
      {
        ...metric('http.server.request.duration', 's'),
        aggregationTemporality: DELTA,
        dataPointType: HISTOGRAM_POINT,
        dataPoints: [{ ...base, value: { buckets: { boundaries: [0.1, 0.5], counts }, sum: 3, count: 10 } }],
      },
      {
        ...metric('jobs', '{job}'),
        aggregationTemporality: DELTA,
        dataPointType: SUM_POINT,
        isMonotonic: true,
        // Idle now and then: a reader of deltas then leaves it out.
        dataPoints: atMs % (4 * MINUTE_MS) === 0 ? [] : [{ ...base, value: isSlow ? 300 : 30 }],
      },
      {
        ...metric('queue.depth', '1'),
        aggregationTemporality: CUMULATIVE,
        dataPointType: GAUGE_POINT,
        dataPoints: [{ ...base, value: 7 }],
      },
    ],
  }
}

/** An hour of a process, recorded, and the results of its loop. */
async function live(
  options: {
    readonly maxCharacters?: number
    readonly maxSeries?: number
    readonly keepAttributes?: readonly string[]
  } = {},
): Promise<{ recorder: Recorder; entries: LedgerEntry[] }> {
  const noise = createNoise(5)
  const loop = new Loop({
    rules: RULES,
    responses: [{ ...response, withhold: false }],
    actions: [relieve(async () => ({ summary: 'tried', effects: { tries: 1 } }))],
    random: () => 0.5,
  })
  const recorder = new Recorder({ optimizer: loop.optimizer, ...options })
  const reader = {}
  const entries = await loop.run(60 * MINUTE_MS, elapsed => {
    if (elapsed % MINUTE_MS === 0) loop.optimizer.offer(reader, [foreign(START + elapsed, elapsed > 30 * MINUTE_MS)])
    if (elapsed % (9 * MINUTE_MS) < 10_000) return undefined
    return (elapsed % (30 * MINUTE_MS) < 12 * MINUTE_MS ? 0.95 : 0.6) + 0.1 * noise()
  })
  recorder[Symbol.dispose]()
  return { recorder, entries }
}

const fired = (entries: readonly LedgerEntry[]): string[] =>
  entries.flatMap(({ now, firings }) => firings.map(({ alert }) => `${now} ${alert}`))

test('a replay of a recording repeats the live loop: the same firings and the same decisions', async () => {
  const { recorder, entries } = await live()
  const file = await folder.write('hour.ndjson', [...recorder.lines()].join(''))

  const [result] = await backtest({
    source: await openRecording(file),
    programs: [{ rules: RULES, responses: [response] }],
  })

  expect(recorder.failure).toBeUndefined()
  expect(new Set(result!.firings.map(({ alert }) => alert))).toEqual(new Set(['PressureHigh', 'Slow', 'Busy']))
  const until = (end: number | undefined): number => end ?? Infinity
  const replayed = entries.flatMap(({ now }) =>
    result!.firings
      .filter(firing => now >= firing.from && now < until(firing.until))
      .map(({ alert }) => `${now} ${alert}`),
  )
  expect(replayed.toSorted()).toEqual(fired(entries).toSorted())
  const decided = entries.flatMap(({ now, decisions }) => decisions.map(({ action }) => `${now} ${action.name}`))
  expect(decided.length).toBeGreaterThan(3)
  expect(result!.actions.map(({ at, action }) => `${at} ${action}`)).toEqual(decided)
})

test('a recording redacts the attributes of other instrumentations, unless they may be kept', async () => {
  const { recorder } = await live()
  const text = [...recorder.lines()].join('')
  expect(text).not.toContain('ada')
  expect(text).toContain('"user.name":"redacted 1","http.response.status_code":200')

  const kept = await live({ keepAttributes: ['user.name'] })
  expect([...kept.recorder.lines()].join('')).toContain('"user.name":"ada"')
})

test('it keeps the newest snapshots within its bound, and no more series than it may', async () => {
  const { recorder } = await live({ maxCharacters: 20_000, maxSeries: 2 })
  expect(recorder.stats.characters).toBeLessThanOrEqual(20_000)
  expect(recorder.stats).toMatchObject({ series: 2 })
  expect(recorder.stats.leftOut).toBeGreaterThan(0)

  const [, ...snapshots] = [...recorder.lines()]
  expect(snapshots).toHaveLength(recorder.stats.snapshots)
  expect(snapshots.at(-1)).toContain(`"at":${START + 60 * MINUTE_MS}`)
  const file = await folder.write('short.ndjson', [...recorder.lines()].join(''))
  const [result] = await backtest({ source: await openRecording(file), programs: [{ rules: RULES, responses: [] }] })
  expect(result).toMatchObject({ ticks: snapshots.length, rejected: [], failures: [] })
})

test.each([
  ['', ':1: the file is empty'],
  ['{"a":1}\n', ':1: this is not a recording'],
  ['{"homeostat":"recording","version":2}\n', ':1: version 2 of the format is not known, 1 is'],
  ['{"homeostat":"recording","version":1}\n', ':1: the header needs intervalMs and scopes'],
])('a file that is not a recording is refused: %s', async (text, reason) => {
  await expect(openRecording(await folder.write('bad.ndjson', text))).rejects.toThrow(reason)
})

test('a line that cannot be read is named', async () => {
  const header = '{"homeostat":"recording","version":1,"intervalMs":5000,"scopes":[]}\n'
  const play = async (line: string): Promise<unknown> => {
    const source = await openRecording(await folder.write('bad.ndjson', `${header}${line}\n`))
    return backtest({ source, programs: [{ rules: RULES, responses: [] }] })
  }
  await expect(play('{"at":')).rejects.toThrow(RecordingError)
  await expect(play('{"at":')).rejects.toThrow(':2: no JSON')
  await expect(play('{"at":1}')).rejects.toThrow(':2: a snapshot needs at and collections')
  await expect(play('{"at":1,"collections":[[3,1,[]]]}')).rejects.toThrow(':2: scope 3 is not in the header')
})

test('2-32: a replay keeps providers apart, begins counters at 0, and has infinite values', async () => {
  const rules = [
    { alert: 'Second', expr: 'theirs_total{homeostat_provider="2"} == 20' },
    { alert: 'Grew', expr: 'increase(theirs_total{homeostat_provider=""}[1m]) > 5' },
    { alert: 'Infinite', expr: 'their_level == Inf' },
  ]
  const loop = new Loop({ rules, responses: [], actions: [] })
  const recorder = new Recorder({ optimizer: loop.optimizer })
  const [first, second] = [{}, {}]
  const scopeOf = (value: number): ScopeMetrics => ({
    scope: { name: 'them' },
    metrics: [
      {
        descriptor: { name: 'theirs', unit: '', description: '', valueType: 1, type: 'COUNTER' },
        aggregationTemporality: CUMULATIVE,
        dataPointType: SUM_POINT,
        isMonotonic: true,
        dataPoints: [{ startTime: hrTime(loop.now - 20_000), endTime: hrTime(loop.now), attributes: {}, value }],
      },
      {
        descriptor: { name: 'their.level', unit: '', description: '', valueType: 1 },
        aggregationTemporality: CUMULATIVE,
        dataPointType: GAUGE_POINT,
        dataPoints: [{ startTime: hrTime(loop.now), endTime: hrTime(loop.now), attributes: {}, value: Infinity }],
      },
    ],
  })
  const entries = await loop.run(30_000, () => {
    loop.optimizer.offer({}, [scopeOf(10)], first)
    loop.optimizer.offer({}, [scopeOf(20)], second)
    return 0
  })
  recorder[Symbol.dispose]()
  const alerts = entries.at(-1)!.firings.map(({ alert }) => alert)
  expect(new Set(alerts)).toEqual(new Set(['Second', 'Grew', 'Infinite']))

  const file = await folder.write('providers.ndjson', [...recorder.lines()].join(''))
  const [result] = await backtest({ source: await openRecording(file), programs: [{ rules, responses: [] }] })
  expect(new Set(result!.firings.map(({ alert }) => alert))).toEqual(new Set(alerts))
})
