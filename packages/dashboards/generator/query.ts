import type { AttributeKey, MetricDefinition } from '@homeostat/semconv'

/** The values of attributes that a query selects: one value, or any of several. */
export type Where = Partial<Readonly<Record<AttributeKey, string | readonly string[]>>>

/** How the series of one label set are put together. */
export type Aggregate = 'sum' | 'max' | 'min' | 'avg'

/** One metric of a query, and which of its series. */
export interface Selection {
  readonly metric: MetricDefinition
  readonly by: readonly AttributeKey[]
  readonly where: Where
}

/** What is asked of a backend, in words that are those of no backend: from it PromQL is written, and Datadog's language. */
export type Query =
  /** The value of a gauge or an up-down counter. */
  | (Selection & { readonly kind: 'level'; readonly as: Aggregate })
  /** How many label sets have a value above 0, however many processes report the same one. */
  | (Selection & { readonly kind: 'count' })
  /** What is `p * (1 - p)` of a gauge that is a probability, as a mean: the Brier score of who always says `p`. */
  | (Selection & { readonly kind: 'variance' })
  /** A counter per second. */
  | (Selection & { readonly kind: 'rate' })
  /** A counter per second, as a mean of the processes: a share of the time of one stays below 1. */
  | (Selection & { readonly kind: 'process rate' })
  /** The growth of a counter in the time that is shown. */
  | (Selection & { readonly kind: 'total' })
  /** A quantile of a histogram. */
  | (Selection & { readonly kind: 'quantile'; readonly q: number })
  /** The mean of a histogram. */
  | (Selection & { readonly kind: 'mean' })
  /** The number of values of a histogram per second. */
  | (Selection & { readonly kind: 'calls' })
  /** The buckets of a histogram, for a heat map. */
  | (Selection & { readonly kind: 'buckets' })
  | { readonly kind: 'share'; readonly of: SimpleQuery; readonly per: SimpleQuery }

export type SimpleQuery = Exclude<Query, { readonly kind: 'share' }>

type Rest = Partial<Pick<Selection, 'by' | 'where'>>

const selection = (metric: MetricDefinition, { by = [], where = {} }: Rest): Selection => ({ metric, by, where })

export const level = (metric: MetricDefinition, rest: Rest & { readonly as?: Aggregate } = {}): SimpleQuery => ({
  kind: 'level',
  as: rest.as ?? 'sum',
  ...selection(metric, rest),
})
export const worst = (metric: MetricDefinition, rest: Rest = {}): SimpleQuery => level(metric, { ...rest, as: 'max' })
export const count = (metric: MetricDefinition, rest: Rest): SimpleQuery => ({
  kind: 'count',
  ...selection(metric, rest),
})
export const variance = (metric: MetricDefinition, rest: Rest = {}): SimpleQuery => ({
  kind: 'variance',
  ...selection(metric, rest),
})
export const processRate = (metric: MetricDefinition, rest: Rest = {}): SimpleQuery => ({
  kind: 'process rate',
  ...selection(metric, rest),
})
export const rate = (metric: MetricDefinition, rest: Rest = {}): SimpleQuery => ({
  kind: 'rate',
  ...selection(metric, rest),
})
export const total = (metric: MetricDefinition, rest: Rest = {}): SimpleQuery => ({
  kind: 'total',
  ...selection(metric, rest),
})
export const quantile = (q: number, metric: MetricDefinition, rest: Rest = {}): SimpleQuery => ({
  kind: 'quantile',
  q,
  ...selection(metric, rest),
})
export const mean = (metric: MetricDefinition, rest: Rest = {}): SimpleQuery => ({
  kind: 'mean',
  ...selection(metric, rest),
})
export const calls = (metric: MetricDefinition, rest: Rest = {}): SimpleQuery => ({
  kind: 'calls',
  ...selection(metric, rest),
})
export const buckets = (metric: MetricDefinition): SimpleQuery => ({ kind: 'buckets', ...selection(metric, {}) })
export const share = (of: SimpleQuery, per: SimpleQuery): Query => ({ kind: 'share', of, per })

/** The queries of one metric each, of which a query is made. */
export function partsOf(query: Query): readonly SimpleQuery[] {
  return query.kind === 'share' ? [query.of, query.per] : [query]
}

/** The query itself, or that of what a share is of. */
export function mainPart(query: Query): SimpleQuery {
  return query.kind === 'share' ? query.of : query
}

/** Whether the query has one value, not one for each label set. */
export function isOneNumber({ kind, by }: SimpleQuery): boolean {
  return kind === 'count' || by.length === 0
}
