import { compile, createStore, metricsOf } from '@homeostat/promql'
import { parseRuleFile } from '@homeostat/promql/rule-files'
import { type MetricDefinition, metrics, promName } from '@homeostat/semconv'
import { dashboardFiles, nameStyles } from '@homeostat/dashboards'
import { describe, expect, test } from 'vitest'
import { shownExpressions, withDurations } from './shown-expressions.ts'

const prometheusStyles = nameStyles.filter(style => style !== 'datadog')

/** All expressions of the dashboards, by file. */
function expressionsOf(names: (typeof nameStyles)[number]): { readonly file: string; readonly expr: string }[] {
  return dashboardFiles({ names }).flatMap(({ path, text }) => {
    const shown = path.endsWith('.json')
      ? shownExpressions(JSON.parse(text))
      : parseRuleFile(text, { file: path }).groups.flatMap(({ rules }) => rules)
    return shown.map(({ expr }) => ({ file: path, expr: withDurations(expr, '1m', '1h') }))
  })
}

const definitions = Object.values<MetricDefinition>(metrics)

describe.each(prometheusStyles)('in the names of %s', style => {
  const expressions = expressionsOf(style)

  test('every expression is PromQL', () => {
    expect(expressions.length).toBeGreaterThan(200)
    for (const { file, expr } of expressions) expect(() => compile(expr), `${file}: ${expr}`).not.toThrow()
  })

  test('rules are as strict as a Prometheus server wants them', () => {
    const rules = dashboardFiles({ names: style }).filter(({ path }) => path.startsWith('prometheus/'))
    expect(rules).toHaveLength(1)
    expect(rules.flatMap(({ path, text }) => parseRuleFile(text, { file: path }).errors)).toEqual([])
  })
})

test('every metric that Homeostat emits is on a dashboard', () => {
  const boards = expressionsOf('plain').filter(({ file }) => file.startsWith('grafana/'))
  const shown = new Set(boards.flatMap(({ expr }) => [...metricsOf(compile(expr).ast).all]))
  const spelled = (metric: MetricDefinition): string[] =>
    metric.kind === 'histogram'
      ? ['_bucket', '_sum', '_count'].map(part => promName(metric) + part)
      : [promName(metric)]
  expect(definitions.filter(metric => !spelled(metric).some(name => shown.has(name))).map(({ name }) => name)).toEqual(
    [],
  )
})

test('a dashboard groups and selects by attributes that the metric has', () => {
  const known = new Map(
    definitions.map(metric => [promName(metric), metric.attributes.map(key => key.replaceAll('.', '_'))]),
  )
  const always = ['__name__', 'job', 'instance', 'otel_scope_name']
  for (const { expr } of expressionsOf('plain').filter(({ file }) => file.startsWith('grafana/')))
    for (const { matches } of compile(expr).selectors) {
      const name = matches.find(({ label }) => label === '__name__')!.value
      const allowed = known.get(name) ?? known.get(name.replace(/_(bucket|sum|count)$/, ''))
      expect(allowed, name).toBeDefined()
      for (const { label } of matches) expect([...always, ...allowed!], `${name} in ${expr}`).toContain(label)
    }
})

test('a total has the first value of a series that begins in the time that is shown', () => {
  const store = createStore({ intervalMs: 60_000 })
  const overview = dashboardFiles().find(({ path }) => path === 'grafana/overview.json')!
  const runs = shownExpressions(JSON.parse(overview.text)).find(({ panel }) => panel === 'Runs of actions')!
  const expr = withDurations(runs.expr, '1m', '10m').replaceAll(/"\$\w+"/g, '".*"')
  const expression = compile(expr).bind(store)
  const series = (result: string): ReturnType<typeof store.series> =>
    store.series({ name: 'homeostat_action_runs_total', labels: { job: 'a', homeostat_action_result: result } })
  const [old, fresh] = [series('completed'), series('failed')]
  for (let minute = 0; minute <= 30; minute++) {
    old.append(minute * 60_000, 7)
    if (minute >= 25) fresh.append(minute * 60_000, 2)
  }
  expect(expression.evaluate(30 * 60_000)).toMatchObject({ samples: [{ value: 2 }] })
})
