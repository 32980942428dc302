import { type AttributeKey, type MetricDefinition, metrics, promName, promScope } from '@homeostat/semconv'
import type { Query, Selection, Where } from './query.ts'

/** The processes that the variables of a dashboard choose. */
const CHOSEN = 'job=~"$job", instance=~"$instance"'

/** Which of our packages measures an upstream name, by the beginning of the name: others may measure the same. */
const SCOPES = [
  [/^db\./, '@homeostat/pg'],
  [/^(?:http|dns)\./, '@homeostat/http'],
  [/^bullmq\./, '@homeostat/bullmq'],
  [/^(?:process|nodejs)\./, '@homeostat/runtime'],
] as const

/** The PromQL of a query on a dashboard, in the names of a Prometheus exporter. */
export function promqlOf(query: Query): string {
  if (query.kind === 'share') return `${promqlOf(query.of)} / ${promqlOf(query.per)}`
  switch (query.kind) {
    case 'level':
      return `${query.as}${by(query.by)}(${selector(query)})`
    case 'count':
      return `count(max${by(query.by)}(${selector(query)}) > 0)`
    case 'variance':
      return `avg${by(query.by)}(${selector(query)} * (1 - ${selector(query)}))`
    case 'rate':
      return perSecond(query, '')
    case 'process rate':
      return `${perSecond(query, '')} / scalar(count(count by (job, instance) (${selector(query)})))`
    case 'total':
      return growth(query)
    case 'quantile':
      return `histogram_quantile(${query.q}, sum${by(query.by, 'le')}(rate(${selector(query, '_bucket')}[$__rate_interval])))`
    case 'mean':
      return `${perSecond(query, '_sum')} / ${perSecond(query, '_count')}`
    case 'calls':
      return perSecond(query, '_count')
    case 'buckets':
      return `sum by (le) (increase(${selector(query, '_bucket')}[$__rate_interval]))`
  }
}

/** 0 where Homeostat ticks and there is nothing to count, and nothing where there is no data. */
export function orZero(expr: string): string {
  return `${expr} or 0 * sum(${promName(metrics.heartbeat)}{${CHOSEN}})`
}

/**
 * `increase` does not see the first value of a series, and a verdict or a failure may be the only one: where a series begins within the
 * time that is shown, its first value, which is its least, is added.
 */
function growth(selection: Selection): string {
  const counter = selector(selection)
  const first = `min_over_time(${counter}[$__range])`
  const begun = `(${first} unless ${counter} offset $__range or 0 * ${first})`
  return `sum${by(selection.by)}((increase(${counter}[$__range]) or 0 * ${first}) + ${begun})`
}

function perSecond(selection: Selection, part: '' | '_sum' | '_count'): string {
  return `sum${by(selection.by)}(rate(${selector(selection, part)}[$__rate_interval]))`
}

function by(labels: readonly AttributeKey[], ...more: readonly string[]): string {
  const all = [...labels.map(promName), ...more]
  return all.length === 0 ? '' : ` by (${all.join(', ')}) `
}

function selector({ metric, where }: Selection, part: '' | '_bucket' | '_sum' | '_count' = ''): string {
  return `${promName(metric)}${part}{${[CHOSEN, ...scopeOf(metric), ...matchers(where)].join(', ')}}`
}

function scopeOf({ name, upstream }: MetricDefinition): readonly string[] {
  const scope = upstream === undefined ? undefined : SCOPES.find(([begin]) => begin.test(name))?.[1]
  return scope === undefined ? [] : [promScope(scope)]
}

function matchers(where: Where): readonly string[] {
  return Object.entries(where).map(([label, value]) =>
    typeof value === 'string'
      ? `${promName(label as AttributeKey)}="${value}"`
      : `${promName(label as AttributeKey)}=~"${value.join('|')}"`,
  )
}
