import type { AttributeKey } from '@homeostat/semconv'
import type { Selection, SimpleQuery, Where } from '../query.ts'

/** Datadog's query of one metric, as it stores what it receives by OTLP: names and tags with their dots, histograms as distributions. */
export function datadogQuery(query: SimpleQuery, chosen: readonly string[]): string {
  const { name } = query.metric
  const on = `{${scope(query, chosen)}}${grouping(query.by)}`
  switch (query.kind) {
    case 'level':
      return `${query.as}:${name}${on}`
    case 'count':
      return `max:${name}${on}`
    case 'variance':
      return `avg:${name}${on}`
    case 'process rate':
      return `avg:${name}${on}.as_rate()`
    case 'rate':
      return `sum:${name}${on}.as_rate()`
    case 'total':
      return `sum:${name}${on}.as_count()`
    case 'quantile':
      return `p${query.q * 100}:${name}${on}`
    case 'mean':
      return `avg:${name}${on}`
    case 'calls':
      return `count:${name}${on}.as_rate()`
    case 'buckets':
      return `p99:${name}${on}`
  }
}

/** What is computed of the query of that name. */
export function datadogFormula({ kind }: SimpleQuery, name: string): string {
  if (kind === 'count') return `count_nonzero(${name})`
  return kind === 'variance' ? `${name} * (1 - ${name})` : name
}

function grouping(by: readonly AttributeKey[]): string {
  return by.length === 0 ? '' : ` by {${by.join(',')}}`
}

function scope({ where }: Selection, chosen: readonly string[]): string {
  const filters = [...chosen, ...filtersOf(where)]
  if (filters.length === 0) return '*'
  // `IN` needs the language of words, in which a comma is not allowed.
  return filters.join(filters.some(each => each.includes(' IN ')) ? ' AND ' : ',')
}

function filtersOf(where: Where): readonly string[] {
  return Object.entries(where).map(([tag, value]) =>
    typeof value === 'string' ? `${tag}:${value}` : `${tag} IN (${value.join(', ')})`,
  )
}
