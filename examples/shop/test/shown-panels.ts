import { setTimeout as sleep } from 'node:timers/promises'
import type { DashboardFile } from '@homeostat/dashboards'
import { compile } from '@homeostat/promql'
import type { Prometheus } from '@homeostat/services'
import { expect } from 'vitest'
import { hasValues } from './asked-prometheus.ts'

/** Panels that a shop fills on any day, and, once its cache was emptied, those of what is done about it. */
const EXPECTED = [
  'Homeostat overview: Requests',
  'Homeostat overview: Duration of requests, 95th percentile',
  'Homeostat overview: Cache hit ratio',
  'Homeostat overview: Alerts firing',
  'Homeostat overview: Runs of actions',
  'Homeostat: decisions and verdicts: Mode',
  'Homeostat: decisions and verdicts: Alerts that fire',
  'Homeostat: decisions and verdicts: Decisions',
  'Homeostat: decisions and verdicts: Runs',
  'Homeostat: decisions and verdicts: What is left',
  'Homeostat: decisions and verdicts: Duration of ticks',
  'Homeostat: event loop, memory, CPU: Delay',
  'Homeostat: event loop, memory, CPU: Share of the limit',
  'Homeostat: event loop, memory, CPU: CPU time, mean of the processes',
  'Homeostat: HTTP and the network: Duration, 95th percentile',
  'Homeostat: HTTP and the network: Bytes',
  'Homeostat: Postgres: Duration',
  'Homeostat: Postgres: Connections: limit, busy and needed',
  'Homeostat: Postgres: Connections held by',
  'Homeostat: caches: Hit ratio',
  'Homeostat: caches: Look-ups in the time that is shown',
  'Homeostat: queues: Jobs by state',
  'Homeostat: queues: Attempts',
  'Homeostat: queues: Oldest waiting job',
]

/** Filled by host-metrics, which gives no unit, so that a server that adds units to names has another name for it. */
const WITHOUT_UNIT = 'Homeostat: event loop, memory, CPU: Resident set'

/** A query of a panel. */
interface Shown {
  readonly panel: string
  readonly expr: string
}

/** The fields of a dashboard that are read here. */
interface Dashboard {
  readonly title: string
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[]
}

/** The queries of the dashboards, as Grafana would send them for the shop. */
function queriesOf(files: readonly DashboardFile[]): readonly Shown[] {
  const dashboards = files.filter(({ path }) => path.startsWith('grafana/'))
  return dashboards.flatMap(({ text }) => {
    const { title, panels } = JSON.parse(text) as Dashboard
    return panels.flatMap(panel =>
      (panel.targets ?? []).map(({ expr }) => ({
        panel: `${title}: ${panel.title}`,
        expr: expr
          .replaceAll('$__rate_interval', '1m')
          .replaceAll('$__range', '2m')
          .replaceAll('"$job"', '"shop"')
          .replaceAll('"$instance"', '".*"'),
      })),
    )
  })
}

/** The metrics of which a query selects series, by the names that the server has. */
function metricsOf(expr: string): readonly string[] {
  const names = compile(expr).selectors.map(({ matches }) => matches.find(({ label }) => label === '__name__')?.value)
  return [...new Set(names.filter(name => name !== undefined))]
}

/**
 * Whether the server has every metric of which a query selects series, with the two samples that a rate needs. Which series are selected
 * does not count: a matcher that matches nothing is a fault of the dashboard.
 */
async function hasSignal(prometheus: Prometheus, expr: string): Promise<boolean> {
  for (const name of metricsOf(expr)) {
    const series = `{__name__="${name}", job="shop"}`
    if (!(await hasValues(prometheus, `${series} and count_over_time(${series}[30s]) > 1`))) return false
  }
  return true
}

/**
 * Runs every query until those whose signal the server has all give values, and the expected panels are among them. Some need two
 * samples, an alert, or a run.
 */
export async function panelsAreFilled(
  prometheus: Prometheus,
  files: readonly DashboardFile[],
  names: string,
): Promise<void> {
  const queries = queriesOf(files)
  const expected = names === 'UnderscoreEscapingWithSuffixes' ? EXPECTED : [...EXPECTED, WITHOUT_UNIT]
  const deadline = Date.now() + 120_000
  for (;;) {
    const empty: string[] = []
    const filled = new Set<string>()
    for (const { panel, expr } of queries) {
      if (await hasValues(prometheus, expr)) filled.add(panel)
      else if (await hasSignal(prometheus, expr)) empty.push(`${panel}: ${expr}`)
    }
    const missing = expected.filter(panel => !filled.has(panel))
    if (empty.length === 0 && missing.length === 0) return
    if (Date.now() > deadline) expect({ empty, missing }, names).toEqual({ empty: [], missing: [] })
    await sleep(2000)
  }
}
