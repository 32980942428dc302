import { spellings } from '@homeostat/promql'
import { metrics, promName, type MetricDefinition } from '@homeostat/semconv'
import { expect, test } from 'vitest'
import { serverSpellings } from '../../src/loop/backfill-names.ts'

const definitions = Object.values(metrics) as MetricDefinition[]
const kindOf = ({ kind }: MetricDefinition): 'counter' | 'gauge' | 'histogram' =>
  kind === 'upDownCounter' ? 'gauge' : kind

test('every name that a server may have for a metric is thought of, however a rule spells it', () => {
  for (const metric of definitions) {
    const parts = metric.kind === 'histogram' ? (['bucket', 'sum', 'count'] as const) : [undefined]
    for (const part of parts) {
      const all = spellings({ name: metric.name, unit: metric.unit, kind: kindOf(metric), part })
      const possible = all.filter(name => !name.includes('.'))
      for (const written of all) expect(serverSpellings(written)).toEqual(expect.arrayContaining(possible))
    }
    if (metric.kind !== 'histogram') expect(serverSpellings(promName(metric))[0]).toBe(promName(metric))
  }
})

test('the written spelling comes first, and another metric is not used in its place', () => {
  expect(serverSpellings('queue_depth')[0]).toBe('queue_depth')
  expect(serverSpellings('queue_depth')).not.toContain('queue_depth_max')
  expect(serverSpellings('a.b_bucket')).toContain('a_b_seconds_bucket')
  expect(serverSpellings('x_seconds_total')).toEqual(expect.arrayContaining(['x', 'x_total', 'x_seconds']))
})
