import { setTimeout as sleep } from 'node:timers/promises'
import type { DashboardFile } from '@homeostat/dashboards'
import { compile, operandsOf } from '@homeostat/promql'
import type { Prometheus } from '@homeostat/services'
import { expect } from 'vitest'

/** Panels that a shop fills on any day, and, once its cache was emptied, those of what is done about it. */
const EXPECTED = [
  'Homeostat overview: Requests',
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

/** What the HTTP API of a Prometheus server answers. A query that it refuses fails the test. */
async function ask<T>({ address }: Prometheus, path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
  const answer = await fetch(`${address}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`)
  const { status, error, data } = (await answer.json()) as { status: string; error?: string; data: T }
  expect(status, `${parameters['query'] ?? path}: ${error}`).toBe('success')
  return data
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

type Expr = ReturnType<typeof compile>['ast']

/** The selectors of an expression, as they are written. */
function selectorsOf(ast: Expr, expr: string): readonly string[] {
  if (ast.kind === 'range') return selectorsOf(ast.selector, expr)
  if (ast.kind === 'selector') return [expr.slice(ast.from, ast.to).replace(/ offset .*/, '')]
  return operandsOf(ast).flatMap(operand => selectorsOf(operand, expr))
}

/** Whether the server has every series that a query selects, with the two samples that a rate needs. */
async function hasSignal(prometheus: Prometheus, expr: string): Promise<boolean> {
  for (const selector of selectorsOf(compile(expr).ast, expr)) {
    const query = `count_over_time(${selector}[30s]) > 1`
    const { result } = await ask<{ result: readonly unknown[] }>(prometheus, 'query', { query })
    if (result.length === 0) return false
  }
  return true
}

/**
 * Runs every query until those whose signal the server has all give values, and the expected panels are among them. Some need two
 * samples, an alert, or a run.
 */
export async function panelsAreFilled(prometheus: Prometheus, files: readonly DashboardFile[]): Promise<void> {
  const queries = queriesOf(files)
  const deadline = Date.now() + 120_000
  for (;;) {
    const empty: string[] = []
    const filled = new Set<string>()
    for (const { panel, expr } of queries) {
      const { result } = await ask<{ result: readonly unknown[] }>(prometheus, 'query', { query: expr })
      if (result.length > 0) filled.add(panel)
      else if (await hasSignal(prometheus, expr)) empty.push(`${panel}: ${expr}`)
    }
    const expected = EXPECTED.filter(panel => filled.has(panel))
    if (empty.length === 0 && expected.length === EXPECTED.length) return
    if (Date.now() > deadline) expect({ empty, filled: expected }).toEqual({ empty: [], filled: EXPECTED })
    await sleep(2000)
  }
}

/** Checks that the server could evaluate each rule. */
export async function rulesAreHealthy(prometheus: Prometheus): Promise<void> {
  const { groups } = await ask<{ groups: readonly { rules: readonly { name: string; health: string }[] }[] }>(
    prometheus,
    'rules',
    {},
  )
  const rules = groups.flatMap(group => group.rules)
  expect(rules.length).toBeGreaterThan(20)
  expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
}
