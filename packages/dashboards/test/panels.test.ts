import { compile, createStore, type Store } from '@homeostat/promql'
import { dashboardFiles } from '@homeostat/dashboards'
import { expect, test } from 'vitest'
import { boards } from '../generator/boards/boards.ts'
import { partsOf } from '../generator/query.ts'
import { shownExpressions, withDurations } from './shown-expressions.ts'

const MINUTES = 10

/** The values of a query of a panel, of counters and gauges that grow by the given value each minute, or keep it. */
function values(board: string, title: string, fill: (store: Store, minute: number) => void, at = 0): readonly number[] {
  const store = createStore({ intervalMs: 60_000 })
  const { text } = dashboardFiles().find(({ path }) => path === `grafana/${board}.json`)!
  const shown = shownExpressions(JSON.parse(text)).filter(({ panel }) => panel === title)
  const expr = withDurations(shown[at]!.expr, '5m', '5m').replaceAll(/"\$\w+"/g, '".*"')
  const expression = compile(expr).bind(store)
  for (let minute = 0; minute <= MINUTES; minute++) fill(store, minute)
  const result = expression.evaluate(MINUTES * 60_000) as { readonly samples: readonly { readonly value: number }[] }
  return result.samples.map(({ value }) => value)
}

function append(
  store: Store,
  minute: number,
  name: string,
  labels: Readonly<Record<string, string>>,
  value: number,
): void {
  store.series({ name, labels: { job: 'shop', ...labels } }).append(minute * 60_000, value)
}

const INSTANCES = ['a', 'b', 'c', 'd']

test('a share of the time of a process stays one, however many processes there are', () => {
  const busy = values('runtime', 'Time by state, mean of the processes', (store, minute) => {
    for (const instance of INSTANCES)
      append(store, minute, 'nodejs_eventloop_time_total', { instance, nodejs_eventloop_state: 'active' }, minute * 45)
  })
  expect(busy).toEqual([expect.closeTo(0.75)])
  const routes = values('http', 'Time of the event loop, mean of the processes', (store, minute) => {
    // Each process serves a route of its own.
    for (const instance of INSTANCES)
      append(
        store,
        minute,
        'homeostat_http_server_loop_time_total',
        { instance, http_route: `/${instance}` },
        minute * 48,
      )
  })
  expect(routes).toEqual(INSTANCES.map(() => expect.closeTo(0.2) as unknown))
})

/** The kinds of metrics of which a query can be made: a rate of a gauge is a number without a meaning. */
const KINDS = {
  level: ['gauge', 'upDownCounter'],
  count: ['gauge', 'upDownCounter'],
  variance: ['gauge'],
  rate: ['counter'],
  'process rate': ['counter'],
  total: ['counter'],
  quantile: ['histogram'],
  mean: ['histogram'],
  calls: ['histogram'],
  buckets: ['histogram'],
} as const

test('each query asks for what its metric is', () => {
  for (const { title, queries } of boards.flatMap(({ rows }) => rows.flatMap(({ panels }) => panels)))
    for (const { kind, metric } of queries.flatMap(({ query }) => partsOf(query)))
      expect(KINDS[kind], `${title}: ${kind} of ${metric.name}`).toContain(metric.kind)
})

test('no panel shows a share as the sum of the processes', () => {
  const shares = boards
    .flatMap(({ rows }) => rows.flatMap(({ panels }) => panels))
    .filter(({ unit }) => unit === 'share')
  expect(shares.length).toBeGreaterThan(10)
  for (const { title, queries } of shares) for (const { query } of queries) expect(query.kind, title).not.toBe('rate')
})

test('the Brier score is compared with that of who always says the base rate, p (1 - p)', () => {
  const reference = values(
    'optimizer',
    'Brier score, mean of the processes: lower is better',
    (store, minute) => append(store, minute, 'homeostat_forecast_base_rate', { instance: 'a' }, 0.1),
    1,
  )
  expect(reference).toEqual([expect.closeTo(0.09)])
})

test('the number of alerts that fire is that of alerts, not of processes', () => {
  const firing = (...alerts: string[]): readonly number[] =>
    values('overview', 'Alerts firing', (store, minute) => {
      for (const instance of INSTANCES) {
        append(store, minute, 'homeostat_heartbeat_total', { instance }, minute)
        for (const homeostat_alert of alerts)
          append(store, minute, 'homeostat_alerts', { instance, homeostat_alert, homeostat_alert_state: 'firing' }, 1)
      }
    })
  expect(firing('PoolExhausted', 'QueueBacklog')).toEqual([2])
  expect(firing()).toEqual([0])
})

test('a service without data has no number, not 0', () => {
  for (const title of ['Alerts firing', 'Runs of actions', 'Verdicts', 'Harmful'])
    expect(values('overview', title, () => undefined)).toEqual([])
  const overview = JSON.parse(dashboardFiles().find(({ path }) => path === 'grafana/overview.json')!.text) as {
    readonly panels: readonly { readonly fieldConfig?: { readonly defaults: { readonly noValue?: string } } }[]
  }
  const said = overview.panels.map(panel => panel.fieldConfig?.defaults.noValue).filter(text => text !== undefined)
  expect(new Set(said)).toEqual(new Set(['no data']))
})
