import { readFileSync } from 'node:fs'
import { v1 } from '@datadog/datadog-api-client'
import { attributes, type MetricDefinition, metrics } from '@homeostat/semconv'
import { dashboardFiles } from '@homeostat/dashboards'
import { describe, expect, test } from 'vitest'
import { datadogMonitor } from '../generator/datadog/monitor.ts'
import { worst } from '../generator/query.ts'

interface Serializer {
  deserialize(data: unknown, type: string): unknown
}

const { ObjectSerializer } = (await import(
  new URL(
    '../node_modules/@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/models/ObjectSerializer.js',
    import.meta.url,
  ).href
)) as { ObjectSerializer: Serializer }

const files = new Map(dashboardFiles({ names: 'datadog' }).map(({ path, text }) => [path, JSON.parse(text) as unknown]))
const dashboard = files.get('datadog/dashboard.json') as object
const monitors = files.get('datadog/monitors.json') as readonly {
  readonly name: string
  readonly query: string
  readonly message: string
}[]

/** The places that Datadog's own client does not understand: values outside of an enumeration, and fields that it does not know. */
function misfits(value: unknown, place: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => misfits(each, `${place}[${index}]`))
  if (typeof value !== 'object' || value === null) return []
  const own = Object.entries(value).flatMap(([field, inner]) => {
    if (field === '_unparsed') return inner === true || (typeof inner === 'object' && inner !== null) ? [place] : []
    if (field === 'additionalProperties') return Object.keys(Object(inner) as object).map(name => `${place}.${name}`)
    return misfits(inner, `${place}.${field}`)
  })
  return value.constructor.name === 'UnparsedObject' ? [place] : own
}

const understood = (data: unknown, type: string): readonly string[] =>
  misfits(ObjectSerializer.deserialize(data, type), type)

describe('what Datadog imports', () => {
  test('is what its client knows, the dashboard and each monitor', () => {
    expect(new v1.Dashboard()).toBeDefined()
    expect(understood(dashboard, 'Dashboard')).toEqual([])
    expect(monitors.length).toBeGreaterThan(10)
    for (const monitor of monitors) expect(understood(monitor, 'Monitor')).toEqual([])
  })

  test('what the client does not know is found', () => {
    expect(understood({ ...dashboard, layout_type: 'round' }, 'Dashboard')).not.toEqual([])
    expect(understood({ ...monitors[0], type: 'guess alert' }, 'Monitor')).not.toEqual([])
  })

  test('names metrics and tags that there are', () => {
    const texts = [
      readFileSync(new URL('../datadog/dashboard.json', import.meta.url), 'utf8'),
      JSON.stringify(monitors),
    ]
    const queries = texts.flatMap(text => [...text.matchAll(/"query":\s*"([^"]+)"/g)].map(([, query]) => query!))
    expect(queries.length).toBeGreaterThan(150)
    const known = new Map(Object.values<MetricDefinition>(metrics).map(metric => [metric.name, metric]))
    for (const query of queries)
      for (const [, name, scope, grouping = ''] of query.matchAll(
        /\b(?:sum|min|max|avg|count|p\d+):([\w.]+)\{([^}]*)\}(?: by \{([^}]+)\})?/g,
      )) {
        expect(known.get(name!), query).toBeDefined()
        const tags = [
          ...grouping.split(',').filter(Boolean),
          ...[...scope!.matchAll(/([\w.]+)(?::| IN )/g)].map(([, tag]) => tag!),
        ]
        for (const tag of tags) expect([...known.get(name!)!.attributes, 'service'], query).toContain(tag)
      }
  })

  test('memory has a monitor of the container too, whose limit a cgroup sets', () => {
    const named = monitors.filter(({ name }) => name.includes('MemoryPressure'))
    expect(named.map(({ name }) => name)).toEqual([
      'Homeostat: MemoryPressure of {{service.name}}',
      'Homeostat: MemoryPressure (container) of {{service.name}}',
    ])
    expect(named[1]!.query).toBe(
      'min(last_5m):max:homeostat.memory.utilization{homeostat.memory.area:container,homeostat.limit.source:cgroup} by {service,homeostat.memory.area} > 0.8',
    )
  })

  test('one sample does not decide where the rule waits', () => {
    const rule = { alert: 'Late', expr: 'max(nodejs_eventloop_delay_p99) > 0.1' }
    const monitor = { alert: 'Late', query: worst(metrics.eventLoopDelayP99), window: 'last_1m' } as const
    expect(datadogMonitor(monitor, rule)).toHaveProperty('query')
    expect(() => datadogMonitor(monitor, { ...rule, for: '15s' })).toThrow('one sample decides')
  })

  test('a monitor has the limit and the texts of its rule', () => {
    const pressure = monitors.find(({ query }) => query.includes('homeostat.memory.utilization'))!
    expect(pressure.query).toBe(
      'min(last_5m):max:homeostat.memory.utilization{homeostat.memory.area IN (process, heap)} by {service,homeostat.memory.area} > 0.8',
    )
    expect(pressure.message).toMatch(
      /^\{\{\[homeostat\.memory\.area\]\.name\}\} memory is at \{\{value\}\} of its limit\n/,
    )
    for (const { query, message } of monitors) {
      expect(query).toMatch(/ [<>] [\d.]+$/)
      // A template of Go would be shown as it is.
      expect(message).not.toMatch(/\{\{ |\$/)
      for (const [, tag] of message.matchAll(/\{\{\[([\w.]+)\]/g)) {
        expect(Object.values<string>(attributes)).toContain(tag)
        expect(query).toContain(tag)
      }
    }
  })
})
