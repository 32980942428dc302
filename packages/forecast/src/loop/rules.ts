import type { Rule } from '@homeostat/optimizer'
import { attributes, metrics, promName } from '@homeostat/semconv'
import type { ReadOptions } from './domain-options.ts'
import { LEAST_CROSSINGS } from './prediction.ts'
import type { Resource } from './resource.ts'
import { RESOURCES } from './resource.ts'

const RESOURCE = promName(attributes.forecastResource)
/** The label that names the target. */
export const TARGET: string = promName(attributes.forecastTarget)
const HORIZON = promName(attributes.forecastHorizon)
const BY = `by (${RESOURCE}, ${TARGET}, ${HORIZON})`

/** How long an alert goes on when the probability has fallen to its limit. */
const KEPT_UP = '5m'

const selectorOf = (resource: Resource): string => `${promName(metrics.forecastProbability)}{${RESOURCE}="${resource}"}`

/** PromQL of the probability, by target and horizon. */
const probabilityOf = (resource: Resource): string => `max ${BY} (${selectorOf(resource)})`

/** PromQL that holds for the forecasts that may be acted upon. */
export const proven: string = [
  `max ${BY} (${promName(metrics.forecastSkill)}) > 0`,
  `max ${BY} (${promName(metrics.forecastCrossings)}) >= ${LEAST_CROSSINGS}`,
].join(' and ')

/** The refusal while {@link proven} does not hold. */
export const UNPROVEN: string = `its forecaster has not shown yet that it is better than the base rate: its skill is not positive, or fewer than ${LEAST_CROSSINGS} of its forecasts ended in a bottleneck`

/** How long after the limit was reached a preventive action would come too late, and before the next time too early. */
const AFTER = '2m'

/** PromQL that holds for what has not come yet: a probability is 1 once the limit is reached, and never before. */
export const notYet: string = `max ${BY} (max_over_time(${promName(metrics.forecastProbability)}[${AFTER}])) < 1`

/** The refusal while {@link notYet} does not hold. */
export const COME = 'the limit was reached within the last two minutes, so that there is nothing left to prevent'

/** The alert that a resource will be a bottleneck, e.g. `CpuBottleneckAhead`. */
export function aheadOf(resource: Resource): string {
  return `${resource.charAt(0).toUpperCase()}${resource.slice(1)}BottleneckAhead`
}

/** How far below the limit the probability has to fall before the alert is over. */
const DEAD_BAND = 0.2

/** PromQL that says that a bottleneck is no longer expected. */
export function overFor(resource: Resource, { limits }: Pick<ReadOptions, 'limits'>): string {
  return `${probabilityOf(resource)} < ${Number(Math.max(0.05, limits[resource] - DEAD_BAND).toFixed(3))}`
}

/** Alerts on forecasts: one per resource, and one that only reports. */
export function rules({ targets, limits, watch }: Pick<ReadOptions, 'targets' | 'limits' | 'watch'>): readonly Rule[] {
  const resources = RESOURCES.filter(resource => targets.some(target => target.resource === resource))
  const what = `{{ $labels.${TARGET} }} reaches its limit within {{ $labels.${HORIZON} }} with a probability of {{ $value | humanizePercentage }}`
  const ahead = resources.map((resource): Rule => ({
    alert: aheadOf(resource),
    expr: `${probabilityOf(resource)} > ${limits[resource]}`,
    // Prevention lowers the probability that called for it; what it holds off has not passed yet.
    keepFiringFor: KEPT_UP,
    labels: { severity: 'medium' },
    annotations: {
      summary: what,
      description:
        'predictPerformanceBottlenecks() says why. How good these forecasts have been: homeostat.forecast.skill.',
    },
  }))
  const watched = resources.filter(resource => watch < limits[resource])
  // Not beside the alert of the resource, which goes on for a while.
  const possible = watched.map(resource => {
    const lately = `max ${BY} (max_over_time(${selectorOf(resource)}[${KEPT_UP}]))`
    return `(${probabilityOf(resource)} > ${watch} <= ${limits[resource]} unless ${lately} > ${limits[resource]})`
  })
  if (watched.length === 0) return ahead
  return [
    ...ahead,
    {
      alert: 'BottleneckPossible',
      expr: possible.join(' or '),
      for: '1m',
      labels: { severity: 'info' },
      annotations: { summary: what, description: 'Nothing is done about it unless it becomes more probable.' },
    },
  ]
}
