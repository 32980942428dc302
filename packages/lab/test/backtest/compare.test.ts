import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  backtest,
  backtestReport,
  compareBacktests,
  differenceReport,
  type BacktestSource,
} from '../../src/backtest/index.ts'
import { without } from '../../src/backtest/compare.ts'
import { worstHour } from '../../src/backtest/tally.ts'
import { CUMULATIVE, GAUGE_POINT, hrTime } from '@homeostat/signals'
import type { Snapshot } from '@homeostat/optimizer'
import { MINUTE_MS, START } from './replay.ts'

/** Two hours of one gauge: 30 for a quarter of an hour, 20 for another, and 10 from then on. */
const source: BacktestSource = {
  name: 'made up',
  intervalMs: 10_000,
  ownScopes: [],
  *snapshots(): Generator<Snapshot> {
    for (let at = START; at < START + 120 * MINUTE_MS; at += 10_000) {
      const quarter = Math.floor((at - START) / MINUTE_MS / 15)
      const point = {
        startTime: hrTime(at),
        endTime: hrTime(at),
        attributes: { room: 'r' },
        value: [30, 20][quarter] ?? 10,
      }
      const metric = {
        descriptor: { name: 'heat', unit: '', description: '', valueType: 1 },
        aggregationTemporality: CUMULATIVE,
        dataPointType: GAUGE_POINT,
        dataPoints: [point],
      }
      yield { at, own: [], foreign: [{ at, metrics: { scope: { name: '' }, metrics: [metric] } }] }
    }
  },
}

const program = (limit: number): Parameters<typeof backtest>[0]['programs'][number] => ({
  rules: [
    { alert: 'Hot', expr: `heat > ${limit}`, for: '1m' },
    { alert: 'Cold', expr: 'heat < 0' },
    { alert: 'Wrong', expr: 'heat >' },
  ],
  responses: [{ to: { alert: 'Hot' }, action: 'room.air', priority: 'slo', cooldownMs: 600_000 }],
})

test('two sets of rules are compared alert by alert: when only one of them fires, and what follows', async () => {
  const [high, low] = await backtest({ source, programs: [program(25), program(15)] })

  expect(compareBacktests(high!, high!)).toEqual([])
  expect(compareBacktests(high!, low!)).toMatchObject([
    {
      alert: 'Hot',
      fires: [1, 1],
      firingMs: [14 * MINUTE_MS, 29 * MINUTE_MS],
      onlyBeforeMs: 0,
      onlyAfterMs: 15 * MINUTE_MS,
    },
  ])
  expect(differenceReport(compareBacktests(high!, low!))).toEqual([
    'Hot{alertname="Hot",room="r"}, first at 2026-01-01T00:01:00Z',
    expect.stringMatching(/^ {2}- 1 firing of 14m, \d actions?, 0s of it only here$/),
    expect.stringMatching(/^ {2}\+ 1 firing of 29m, \d actions?, 15m of it only here$/),
  ])
  expect(differenceReport([])).toEqual([expect.stringMatching(/^No difference/)])
})

test('a report has the result in lines', async () => {
  const [result] = await backtest({ source, programs: [program(25)], endMs: START + 75 * MINUTE_MS })
  expect(backtestReport(result!)).toEqual([
    '1h15m of signals from 2026-01-01T00:00:00Z to 2026-01-01T01:15:00Z: 451 evaluations over 1 series.',
    expect.stringMatching(/^Not loaded: rule "Wrong".*parse error/),
    '',
    'Firings: 1',
    '  2026-01-01T00:01:00Z for 14m  Hot{alertname="Hot",room="r"} at 30',
    '  never: Cold, Wrong',
    '',
    expect.stringMatching(/^Would-be actions: \d$/),
    '  2026-01-01T00:01:00Z room.air for Hot{alertname="Hot",room="r"}',
    ...Array.from({ length: result!.actions.length - 1 }, () => expect.stringContaining('room.air for Hot')),
    ...result!.refused.map(() => expect.stringMatching(/^ {2}room.air for Hot refused by .* at \d+ evaluations?$/)),
    '',
    'Flaps (fires and resolves) per hour, and in the worst hour',
    expect.stringMatching(/^ {2}1\.\d+, 2 {2}Hot/),
  ])
})

test('without signals there is no difference', async () => {
  const [result] = await backtest({ source, programs: [program(25)], startMs: START + 999 * MINUTE_MS })
  expect(backtestReport(result!)).toEqual(['No signals in this time.'])
})

const spans = fc
  .uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 0, maxLength: 12 })
  .map(times => times.toSorted((a, b) => a - b))
  .map(times =>
    times.flatMap((time, index): [number, number][] => (index % 2 === 1 ? [[times[index - 1]!, time]] : [])),
  )

test('the difference is exactly the time in which only one of them fires', () => {
  const covers = (all: readonly (readonly [number, number])[], time: number): boolean =>
    all.some(([from, until]) => time >= from && time < until)
  fc.assert(
    fc.property(spans, spans, (a, b) => {
      const only = without(a, b)
      for (let time = 0; time <= 60; time++) expect(covers(only, time)).toBe(covers(a, time) && !covers(b, time))
    }),
  )
})

test('the worst hour has the most changes within an hour of each other', () => {
  expect(worstHour([])).toBe(0)
  expect(worstHour([0, 60 * MINUTE_MS, 60 * MINUTE_MS + 1, 200 * MINUTE_MS])).toBe(2)
})
