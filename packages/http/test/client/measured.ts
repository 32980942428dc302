import type { MetricDefinition } from '@homeostat/semconv'
import type { Registry } from '@homeostat/signals'

/** One series of a metric: its attributes, and its value or the number of its values. */
export interface Measured {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: number
}

/** The series of a metric that a registry has now. */
export function measured(registry: Registry, { name }: MetricDefinition): Measured[] {
  const metric = registry.collect().metrics.find(({ descriptor }) => descriptor.name === name)
  return (metric?.dataPoints ?? []).map(({ attributes, value }) => ({
    attributes,
    value: typeof value === 'number' ? value : value.count,
  }))
}

/** The sum over the series of a metric that have these attributes. */
export function total(registry: Registry, metric: MetricDefinition, wanted: Measured['attributes'] = {}): number {
  return measured(registry, metric)
    .filter(({ attributes }) => Object.entries(wanted).every(([key, value]) => attributes[key] === value))
    .reduce((sum, { value }) => sum + value, 0)
}
