import type { PgInstrumentation } from '../src/index.ts'

export type Labels = Readonly<Record<string, unknown>>

interface Point {
  readonly attributes: Labels
  readonly value: number | { readonly count: number; readonly sum?: number }
}

/** The points of one metric as a reader would get them now. */
export function points(instrumentation: PgInstrumentation, name: string): readonly Point[] {
  const metric = instrumentation.registry.collect().metrics.find(({ descriptor }) => descriptor.name === name)
  return metric?.dataPoints ?? []
}

/** Operations counted so far, by error type; `ok` without one. */
export function operations(instrumentation: PgInstrumentation): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { attributes, value } of points(instrumentation, 'db.client.operation.duration')) {
    const type = attributes['error.type']
    const key = typeof type === 'string' ? type : 'ok'
    counts[key] = (counts[key] ?? 0) + (typeof value === 'number' ? value : value.count)
  }
  return counts
}

/** The value of the one series whose labels include these. */
export function level(instrumentation: PgInstrumentation, name: string, labels: Labels): number | undefined {
  const matches = points(instrumentation, name).filter(({ attributes }) =>
    Object.entries(labels).every(([key, value]) => attributes[key] === value),
  )
  if (matches.length > 1) throw new Error(`${matches.length} series match`)
  return matches[0]?.value as number | undefined
}
