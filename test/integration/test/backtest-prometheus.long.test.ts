import { backtest, openPrometheus } from '@homeostat/lab/backtest'
import { startPrometheus, type Prometheus } from '@homeostat/services'
import { afterAll, beforeAll, expect, test } from 'vitest'

const START = Date.UTC(2026, 0, 1)
const STEP_MS = 15_000
const HOURS = 3

const programs = [
  {
    rules: [
      { alert: 'Deep', expr: 'sum by (job) (queue_depth) > 100', for: '1m' },
      { alert: 'Failing', expr: 'rate(errors_total[5m]) > 1' },
      { alert: 'Gone', expr: 'absent(queue_depth{queue="b"})' },
    ],
    responses: [{ to: { alert: 'Deep' }, action: 'queue.drain', priority: 'slo' as const }],
  },
]

/** Three hours: deep in the second quarter of an hour, failing in the third, and one queue gone in the last hour. */
function history(): string {
  const lines: string[] = ['# TYPE queue_depth gauge']
  const times = Array.from({ length: (HOURS * 3_600_000) / STEP_MS }, (_, index) => index * STEP_MS)
  const quarter = (ms: number): number => Math.floor(ms / 900_000)
  for (const queue of ['a', 'b'])
    for (const ms of times)
      if (queue === 'a' || ms < 2 * 3_600_000)
        lines.push(`queue_depth{job="mail",queue="${queue}"} ${quarter(ms) === 1 ? 80 : 10} ${(START + ms) / 1000}`)
  lines.push('# TYPE errors counter')
  let errors = 0
  for (const ms of times)
    lines.push(`errors_total{job="mail"} ${(errors += quarter(ms) === 2 ? 60 : 1)} ${(START + ms) / 1000}`)
  return `${lines.join('\n')}\n# EOF\n`
}

/** Or why there is none. */
let found: Prometheus | string

beforeAll(async () => {
  found = await startPrometheus({ history: history() }).catch(error => `no Prometheus to ask: ${String(error)}`)
})
afterAll(() => (typeof found === 'string' ? undefined : found[Symbol.asyncDispose]()))

test('what a real Prometheus has recorded fires, and leads to actions, as it would have', async ({ skip }) => {
  if (typeof found === 'string') return skip(found)
  const endMs = START + HOURS * 3_600_000 - STEP_MS
  const bounds = { startMs: START, endMs }
  const source = await openPrometheus(found.address, { programs, ...bounds, stepMs: STEP_MS })
  const [result] = await backtest({ source, programs, ...bounds })

  expect(result).toMatchObject({ ticks: HOURS * 240, failures: [], rejected: [], quiet: [] })
  const minutes = result!.firings.map(({ alert, from, until = endMs }) => [
    alert,
    (from - START) / 60_000,
    (until - START) / 60_000,
  ])
  const [deep, failing, gone] = ['Deep', 'Failing', 'Gone'].map(name => minutes.filter(([alert]) => alert === name))
  expect(deep).toEqual([['Deep', 16, 30]])
  // 60 errors each 15 s are 4 a second; a quarter of five minutes of that is 1.
  expect(failing).toHaveLength(1)
  expect(failing![0]![1]).toBeGreaterThanOrEqual(31)
  expect(failing![0]![1]).toBeLessThanOrEqual(32)
  // The range API looks back five minutes, as every query does.
  expect(gone).toHaveLength(1)
  expect(gone![0]![1]).toBeGreaterThan(120)
  expect(gone![0]![1]).toBeLessThanOrEqual(126)
  expect(result!.actions[0]).toMatchObject({ action: 'queue.drain', at: START + 16 * 60_000 })
})

test('its refusals are passed on', async ({ skip }) => {
  if (typeof found === 'string') return skip(found)
  const wrong = [{ rules: [{ alert: 'A', expr: '{"a.b"} > 1' }], responses: [] }]
  const opened = openPrometheus(found.address, { programs: wrong, startMs: START, endMs: START + 60_000 })
  // Prometheus before 3.0 knows no quoted names; a newer one has no such series.
  await opened.then(
    source => expect([...(source.snapshots() as Iterable<unknown>)].length).toBeGreaterThan(0),
    error =>
      expect(error).toMatchObject({ code: 'HOMEOSTAT_PROMETHEUS_ERROR', message: expect.stringContaining('bad_data') }),
  )
})
