import { type AttributeKey, type MetricDefinition, metrics, promAnywhere, promName } from '@homeostat/semconv'
import type { Query, Selection, SimpleQuery, Where } from './query.ts'

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
  const scope = scopeOf(query.metric)
  if (scope === undefined) return promqlFrom(query, [], false)
  // `exportDoubles: false` leaves ours out as well.
  return promAnywhere(scope, (matcher, isForeign) => promqlFrom(query, [matcher], isForeign))
}

/** Others may divide a level by attributes that ours does not have: theirs is added up before. */
function promqlFrom(query: SimpleQuery, scope: readonly string[], isForeign: boolean): string {
  const select = (part?: Part): string => selector(query, scope, part)
  switch (query.kind) {
    case 'level':
      return `${query.as}${by(query.by)}(${isForeign ? `sum${by(query.metric.attributes, 'job', 'instance')}(${select()})` : select()})`
    case 'count':
      return `count(max${by(query.by)}(${select()}) > 0)`
    case 'variance':
      return `avg${by(query.by)}(${select()} * (1 - ${select()}))`
    case 'rate':
      return perSecond(query, select())
    case 'process rate':
      return `${perSecond(query, select())} / scalar(count(count by (job, instance) (${select()})))`
    case 'total':
      return growth(query, select())
    case 'quantile':
      return `histogram_quantile(${query.q}, sum${by(query.by, 'le')}(rate(${select('_bucket')}[$__rate_interval])))`
    case 'mean':
      return `${perSecond(query, select('_sum'))} / ${perSecond(query, select('_count'))}`
    case 'calls':
      return perSecond(query, select('_count'))
    case 'buckets':
      return `sum by (le) (increase(${select('_bucket')}[$__rate_interval]))`
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
function growth(selection: Selection, counter: string): string {
  const first = `min_over_time(${counter}[$__range])`
  const begun = `(${first} unless ${counter} offset $__range or 0 * ${first})`
  return `sum${by(selection.by)}((increase(${counter}[$__range]) or 0 * ${first}) + ${begun})`
}

function perSecond(selection: Selection, counter: string): string {
  return `sum${by(selection.by)}(rate(${counter}[$__rate_interval]))`
}

function by(labels: readonly string[], ...more: readonly string[]): string {
  const all = [...labels.map(label => promName(label as AttributeKey)), ...more]
  return all.length === 0 ? '' : ` by (${all.join(', ')}) `
}

/** One of the series of a histogram. */
type Part = '_bucket' | '_sum' | '_count'

function selector({ metric, where }: Selection, scope: readonly string[], part: Part | '' = ''): string {
  return `${promName(metric)}${part}{${[CHOSEN, ...scope, ...matchers(where)].join(', ')}}`
}

function scopeOf({ name, upstream }: MetricDefinition): (typeof SCOPES)[number][1] | undefined {
  return upstream === undefined ? undefined : SCOPES.find(([begin]) => begin.test(name))?.[1]
}

function matchers(where: Where): readonly string[] {
  return Object.entries(where).map(([label, value]) =>
    typeof value === 'string'
      ? `${promName(label as AttributeKey)}="${value}"`
      : `${promName(label as AttributeKey)}=~"${value.join('|')}"`,
  )
}
