import { compile, spellings, translatedAnnotation } from '@homeostat/promql'
import { type MetricDefinition, metrics, promName } from '@homeostat/semconv'
import { dashboardFiles, type NameStyle } from '@homeostat/dashboards'
import { describe, expect, test } from 'vitest'
import { prometheusNames } from '../src/prometheus-names.ts'
import { renamedExpression } from '../src/renamed-expression.ts'

const HITS =
  'sum by (homeostat_cache_name) (rate(homeostat_cache_requests_total{job=~"$job", homeostat_cache_result="hit"}[$__rate_interval]))'
const P95 = 'histogram_quantile(0.95, sum by (db_namespace, le) (rate(db_client_operation_duration_bucket[5m])))'

describe('an expression in the names of a server that receives OTLP', () => {
  test.each([
    ['UnderscoreEscapingWithSuffixes', HITS, HITS],
    ['UnderscoreEscapingWithoutSuffixes', HITS, HITS.replace('_total', '')],
    [
      'NoUTF8EscapingWithSuffixes',
      HITS,
      'sum by ("homeostat.cache.name") (rate({__name__="homeostat.cache.requests_total", job=~"$job", "homeostat.cache.result"="hit"}[$__rate_interval]))',
    ],
    [
      'NoTranslation',
      HITS,
      'sum by ("homeostat.cache.name") (rate({__name__="homeostat.cache.requests", job=~"$job", "homeostat.cache.result"="hit"}[$__rate_interval]))',
    ],
    ['UnderscoreEscapingWithSuffixes', P95, P95.replace('duration_bucket', 'duration_seconds_bucket')],
    ['UnderscoreEscapingWithoutSuffixes', P95, P95],
    [
      'NoUTF8EscapingWithSuffixes',
      P95,
      'histogram_quantile(0.95, sum by ("db.namespace", le) (rate({__name__="db.client.operation.duration_seconds_bucket"}[5m])))',
    ],
    [
      'UnderscoreEscapingWithSuffixes',
      'max(homeostat_cpu_utilization) and sum(rate(homeostat_engine_cpu_time_total[1m]))',
      'max(homeostat_cpu_utilization_ratio) and sum(rate(homeostat_engine_cpu_time_seconds_total[4m]))',
    ],
    [
      'UnderscoreEscapingWithSuffixes',
      'max(homeostat_network_link_speed)',
      'max(homeostat_network_link_speed_bytes_per_second)',
    ],
    // What other instrumentations measure.
    [
      'NoTranslation',
      'rate(system_network_errors_total{system_device!="lo"}[5m])',
      'rate({__name__="system.network.errors", "system.device"!="lo"}[5m])',
    ],
    // A name that nobody knows stays.
    ['NoTranslation', 'max(checkout_duration)', 'max(checkout_duration)'],
  ] as const)('%s', (style, expr, expected) => {
    expect(renamedExpression(expr, prometheusNames(style))).toBe(expected)
  })

  test('agrees with the names under which Homeostat itself finds a series', () => {
    const names = prometheusNames('UnderscoreEscapingWithSuffixes').metrics
    for (const metric of Object.values<MetricDefinition>(metrics)) {
      const { name, unit, kind } = metric
      const part = kind === 'histogram' ? 'sum' : undefined
      const [canonical] = spellings({ name, unit, kind: kind === 'upDownCounter' ? 'gauge' : kind, part })
      expect(names.get(promName(metric) + (part ? `_${part}` : '')), name).toBe(canonical)
    }
  })
})

test('the texts of alerts read labels by the name that they have', () => {
  const text =
    '{{ $labels.db_namespace }}: {{ if eq $labels.homeostat_http_shed_reason "loop" }}x{{ end }} {{ $labels.job }}'
  expect(translatedAnnotation(text, prometheusNames('NoTranslation'))).toBe(
    '{{ (index $labels "db.namespace") }}: {{ if eq (index $labels "homeostat.http.shed.reason") "loop" }}x{{ end }} {{ $labels.job }}',
  )
  expect(translatedAnnotation(text, prometheusNames('UnderscoreEscapingWithSuffixes'))).toBe(text)
})

describe('the files of a backend', () => {
  const paths = (names?: NameStyle): string[] => dashboardFiles(names && { names }).map(({ path }) => path)

  test('are dashboards of Grafana and rules of Prometheus, or a dashboard and monitors of Datadog', () => {
    expect(paths()).toEqual([
      'grafana/cache.json',
      'grafana/database.json',
      'grafana/forecast.json',
      'grafana/http.json',
      'grafana/optimizer.json',
      'grafana/overview.json',
      'grafana/queues.json',
      'grafana/runtime.json',
      'prometheus/homeostat.rules.yml',
    ])
    expect(paths('NoTranslation')).toEqual(paths())
    expect(paths('datadog')).toEqual(['datadog/dashboard.json', 'datadog/monitors.json'])
  })

  test('have dots in legends, columns and variables too, where the names have', () => {
    const cache = dashboardFiles({ names: 'NoTranslation' }).find(({ path }) => path === 'grafana/cache.json')!.text
    expect(cache).toContain('"legendFormat": "{{homeostat.cache.name}}"')
    expect(cache).toContain('"homeostat.cache.name": "cache name"')
    expect(cache).toContain(String.raw`label_values({__name__=\"homeostat.heartbeat\"}, job)`)
    expect(cache).not.toMatch(/homeostat_\w/)
  })

  test('names that do not exist are refused', () => {
    expect(() => dashboardFiles({ names: 'dots' as never })).toThrow('names must be one of plain, Under')
  })

  test('expressions are the same after a round through another text', () => {
    // `plain` names to themselves: nothing but the way it is written may change.
    const same = renamedExpression(HITS, { leastRateRangeMs: 0, metrics: new Map(), labels: new Map() })
    expect(compile(same.replace('$__rate_interval', '1m')).ast.kind).toBe('aggregation')
    expect(same).toBe(HITS)
  })
})
