import { fieldOf } from '@homeostat/signals/options'
import type { MetricFacts } from './live-facts.ts'

/** Bounds of one examination: an application may have any number of series. */
const MOST_METRICS = 2000
const MOST_SERIES = 5000
const MOST_ATTRIBUTES = 50

const SYSTEMS = ['db.system.name', 'db.system', 'messaging.system']
const STATUSES = ['http.response.status_code', 'http.status_code']
const NOT_FOUND = 404

type Attributes = Readonly<Record<string, unknown>>

/**
 * The metrics of an SDK's provider with their series, read from where it keeps them. No collection is made: that would reset values
 * and run callbacks of the application. Fields are private to the SDK; where they have moved, a metric is missing here.
 */
export function metricFacts(provider: unknown): MetricFacts[] {
  const scopes = valuesOf(fieldOf(fieldOf(provider, '_sharedState'), 'meterSharedStates'))
  const facts: MetricFacts[] = []
  for (const state of scopes) {
    const scope = fieldOf(state, '_instrumentationScope')
    const registry = fieldOf(state, 'metricStorageRegistry')
    const shared = valuesOf(fieldOf(registry, '_sharedRegistry'))
    const perReader = valuesOf(fieldOf(registry, '_perCollectorRegistry')).flatMap(valuesOf)
    // Each reader has a storage of its own for the same metric.
    const byName = new Map<string, MetricFacts>()
    for (const storage of [...shared, ...perReader].flat()) {
      const metric = factsOf(storage, scope)
      if (metric === undefined) continue
      const known = byName.get(metric.name)
      if (known === undefined || known.series < metric.series) byName.set(metric.name, metric)
    }
    facts.push(...byName.values())
    if (facts.length > MOST_METRICS) break
  }
  return facts.slice(0, MOST_METRICS)
}

function factsOf(storage: unknown, scope: unknown): MetricFacts | undefined {
  const descriptor = fieldOf(storage, '_instrumentDescriptor')
  const name = fieldOf(descriptor, 'name')
  if (typeof name !== 'string') return undefined
  const type = String(fieldOf(descriptor, 'type'))
  const version = fieldOf(scope, 'version')
  const series = seriesOf(storage)
  const values = valuesByAttribute(series)
  return {
    name: name.slice(0, 255),
    scope: String(fieldOf(scope, 'name')).slice(0, 255),
    scopeVersion: typeof version === 'string' && version !== '' ? version.slice(0, 60) : undefined,
    isObservable: type.startsWith('OBSERVABLE_'),
    series: series.length,
    isOverflowing: series.some(attributes => attributes['otel.metric.overflow'] === true),
    varying: [...values]
      .map(([attribute, { size }]) => ({ attribute, values: size }))
      .filter(({ values: count }) => count > 1),
    systems: SYSTEMS.flatMap(attribute => [...(values.get(attribute) ?? [])]).flatMap(systemOf),
    routes: routesOf(series),
  }
}

/** The series since the latest collection and those of it, once each. */
function seriesOf(storage: unknown): Attributes[] {
  const active = fieldOf(fieldOf(storage, '_deltaMetricStorage'), '_activeCollectionStorage')
  const reported = valuesOf(fieldOf(fieldOf(storage, '_temporalMetricStorage'), '_reportHistory'))
  const maps = [active, ...reported.map(each => fieldOf(each, 'accumulations'))]
  const series = new Map<unknown, Attributes>()
  for (const map of maps) {
    const keys = fieldOf(map, '_keyMap')
    if (!(keys instanceof Map)) continue
    for (const [hash, attributes] of keys) {
      if (series.size >= MOST_SERIES) break
      series.set(hash, isObject(attributes) ? attributes : {})
    }
  }
  return [...series.values()]
}

function valuesByAttribute(series: readonly Attributes[]): Map<string, Set<unknown>> {
  const values = new Map<string, Set<unknown>>()
  for (const attributes of series) {
    for (const attribute of Object.keys(attributes).slice(0, MOST_ATTRIBUTES)) {
      const known = values.get(attribute)
      if (known) known.add(attributes[attribute])
      else if (values.size < MOST_ATTRIBUTES) values.set(attribute, new Set([attributes[attribute]]))
    }
  }
  return values
}

function routesOf(series: readonly Attributes[]): MetricFacts['routes'] {
  let [named, unnamed] = [0, 0]
  for (const attributes of series) {
    const status = STATUSES.map(name => attributes[name]).find(value => value !== undefined)
    // A path that no route matches has none.
    if (status === undefined || Number(status) === NOT_FOUND) continue
    if (attributes['http.route'] === undefined) unnamed++
    else named++
  }
  return { named, unnamed }
}

/** The name of a system is a word of the semantic conventions. */
function systemOf(value: unknown): string[] {
  return typeof value === 'string' && /^[\w.-]{1,40}$/.test(value) ? [value] : []
}

function valuesOf(map: unknown): unknown[] {
  return map instanceof Map ? [...map.values()] : []
}

function isObject(value: unknown): value is Attributes {
  return typeof value === 'object' && value !== null
}
