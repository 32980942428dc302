import type { Rule } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import { cachesInProcess, hitRatio, lookups } from './expressions.ts'

const NAME = promName(attributes.cacheName)

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
      expr: `${hitRatio} < ${minHitRatio} and ${lookups} >= ${minLookups} unless (${cachesInProcess})`,
      for: '15s',
      keepFiringFor: '30s',
      labels: { severity: 'medium' },
      annotations: {
        summary: `Cache {{ $labels.${NAME} }} finds {{ $value | humanizePercentage }} of what it is asked for, less than ${minHitRatio * 100}%`,
      },
    },
  ]
}
