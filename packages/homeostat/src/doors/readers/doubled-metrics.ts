import type { ScopeMetrics } from '@homeostat/signals'

/** For a line that people read. */
const MOST_NAMES = 3
const LONGEST_SCOPE = 80

/** Our metrics without those whose names another instrumentation exports as well. */
export function withoutDoubled(own: readonly ScopeMetrics[], others: readonly ScopeMetrics[]): ScopeMetrics[] {
  const taken = new Set(others.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name)))
  return own
    .map(({ scope, metrics }) => ({ scope, metrics: metrics.filter(({ descriptor }) => !taken.has(descriptor.name)) }))
    .filter(({ metrics }) => metrics.length > 0)
}

/** A scope that exports metrics under names of ours, so that a sum over such a name counts everything twice. */
export interface DoublingScope {
  readonly scope: string
  /** One line: which metrics, and what to do. */
  readonly text: string
}

/** Linear in the number of metrics; points are not read. */
export function doublingScopes(own: readonly ScopeMetrics[], others: readonly ScopeMetrics[]): DoublingScope[] {
  const ours = new Map(
    own.flatMap(({ scope, metrics }) => metrics.map(({ descriptor }) => [descriptor.name, scope.name] as const)),
  )
  return others.flatMap(({ scope, metrics }) => {
    const names = metrics.map(({ descriptor }) => descriptor.name).filter(name => ours.has(name))
    if (names.length === 0) return []
    const name = scope.name.slice(0, LONGEST_SCOPE)
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''
    const by = [...new Set(names.map(each => ours.get(each)))].join(' and ')
    return [
      {
        scope: name,
        text: `${names.slice(0, MOST_NAMES).join(', ')}${more}: exported by both ${name} and ${by}, so a sum over the name counts twice: select one otel_scope_name, turn ${name} off, or set exportDoubles: false to export its metrics only`,
      },
    ]
  })
}
