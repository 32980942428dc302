import type { Rule } from '@homeostat/optimizer'
import { attributes, metrics, promName } from '@homeostat/semconv'

const REQUESTS = promName(metrics.cacheRequests)
const NAME = promName(attributes.cacheName)
const RESULT = promName(attributes.cacheResult)
// Only what this package counts: caches inside the process carry the same metric and have rules of their own.
const SCOPE = 'otel_scope_name="@homeostat/ioredis"'

const hits = `sum by (${NAME}) (increase(${REQUESTS}{${SCOPE},${RESULT}="hit"}[1m]))`
const lookups = `sum by (${NAME}) (increase(${REQUESTS}{${SCOPE}}[1m]))`

/** PromQL of the hit ratio of each cache over the last minute; no lookups give no ratio. */
export const hitRatio: string = `${hits} / (${lookups} > 0)`

export interface RuleOptions {
  /** The hit ratio below which the alert fires. */
  readonly minHitRatio: number
  /** The lookups of a minute below which a ratio says nothing. */
  readonly minLookups: number
}

/** The package's alerting rules. */
export function rules({ minHitRatio, minLookups }: RuleOptions): readonly Rule[] {
  return [
    {
      alert: 'CacheHitRatioLow',
      expr: `${hitRatio} < ${minHitRatio} and ${lookups} >= ${minLookups}`,
      for: '15s',
      keepFiringFor: '30s',
      labels: { severity: 'medium' },
      annotations: {
        summary: `Cache {{ $labels.${NAME} }} finds {{ $value | humanizePercentage }} of what it is asked for, less than ${minHitRatio * 100}%`,
      },
    },
  ]
}
