import { expect, test } from 'vitest'
import { backtest, openSource, RecordingError } from '../../src/backtest/index.ts'
import { MINUTE_MS, START, useFolder } from './replay.ts'

const folder = useFolder()
const nanos = (ms: number): string => `${ms}000000`

const programs = [
  {
    rules: [
      {
        alert: 'Slow',
        expr: 'histogram_quantile(0.5, sum by (le, instance) (rate(http_server_request_duration_seconds_bucket[3m]))) > 0.2',
      },
      { alert: 'Failing', expr: 'sum by (job) (rate(errors_total[3m])) > 0.5' },
      { alert: 'Deep', expr: 'queue_depth{queue_name="mail"} > 5', for: '1m' },
    ],
    responses: [],
  },
]

/** The exports of each minute; in the second half hour all three alerts have reason to fire. */
function exported(minute: number, temporality: 1 | 2): object {
  const at = START + minute * MINUTE_MS
  const bad = (from: number): number => Math.max(0, from - 30)
  const point = { startTimeUnixNano: nanos(START), timeUnixNano: nanos(at) }
  const [fast, slow, errors] =
    temporality === 2
      ? [60 * Math.min(minute, 30), 60 * bad(minute), 60 * bad(minute)]
      : [minute <= 30 ? 60 : 0, minute > 30 ? 60 : 0, minute > 30 ? 60 : 0]
  const histogram = {
    ...point,
    count: String(fast + slow),
    sum: 1,
    bucketCounts: [String(fast), String(slow), '0'],
    explicitBounds: [0.1, 1],
  }
  const attributes = [{ key: 'queue.name', value: { stringValue: 'mail' } }]
  return {
    resourceMetrics: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'shop' } },
            { key: 'service.instance.id', value: { stringValue: 'i1' } },
          ],
        },
        scopeMetrics: [
          {
            scope: { name: 'http', version: '1' },
            metrics: [
              {
                name: 'http.server.request.duration',
                unit: 's',
                histogram: { aggregationTemporality: temporality, dataPoints: [histogram] },
              },
              {
                name: 'errors',
                unit: '{error}',
                sum: {
                  aggregationTemporality: temporality,
                  isMonotonic: true,
                  dataPoints: [{ ...point, asInt: String(errors) }],
                },
              },
              {
                name: 'queue.depth',
                unit: '{job}',
                gauge: { dataPoints: [{ ...point, attributes, asDouble: minute > 30 ? 9 : 1 }] },
              },
              { name: 'ignored', exponentialHistogram: { dataPoints: [point] } },
            ],
          },
        ],
      },
    ],
  }
}

const hour = (temporality: 1 | 2): object[] => Array.from({ length: 61 }, (_, minute) => exported(minute, temporality))

test.each([
  [
    'a line each, cumulative',
    hour(2)
      .map(each => JSON.stringify(each))
      .join('\n'),
  ],
  [
    'a line each, deltas',
    hour(1)
      .map(each => JSON.stringify(each))
      .join('\n'),
  ],
  ['one array over many lines', JSON.stringify(hour(2), null, 1)],
])('exports of metrics are replayed with their resource, and rules evaluated in between: %s', async (_, text) => {
  const file = await folder.write('otlp.json', text)
  const [result] = await backtest({ source: await openSource(file, { programs, stepMs: 15_000 }), programs })

  expect(result).toMatchObject({
    ticks: 241,
    failures: [],
    rejected: [],
    startMs: START,
    endMs: START + 60 * MINUTE_MS,
  })
  const fired = result!.firings.map(({ alert, labels, from }) => [
    alert,
    labels['job'] ?? labels['instance'],
    (from - START) / MINUTE_MS,
  ])
  expect(new Set(fired.map(([alert, target]) => `${alert} ${target}`))).toEqual(
    new Set(['Deep shop', 'Failing shop', 'Slow i1']),
  )
  expect(fired).toHaveLength(3)
  for (const [, , minute] of fired) expect(minute).toBeGreaterThan(30)
  for (const [, , minute] of fired) expect(minute).toBeLessThan(35)
})

test('a file that holds something else is refused where it begins to', async () => {
  const play = async (text: string): Promise<unknown> => {
    const file = await folder.write('bad.json', text)
    return backtest({ source: await openSource(file, { programs }), programs })
  }
  await expect(play('{"resourceSpans":[]}')).rejects.toThrow(
    ':1: this is not an export of metrics: it has no resourceMetrics',
  )
  await expect(play(`${JSON.stringify(exported(1, 2))}\nnonsense`)).rejects.toThrow(RecordingError)
  await expect(play(`${JSON.stringify(exported(9, 2))}\n${JSON.stringify(exported(1, 2))}`)).rejects.toThrow(
    ':2: exports must be in the order of their times',
  )
})
