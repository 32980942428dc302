import { attributes, metrics, promName } from '@homeostat/semconv'

const REQUESTS = promName(metrics.cacheRequests)
const NAME = promName(attributes.cacheName)
const RESULT = promName(attributes.cacheResult)
// Only what this package counts: caches inside the process carry the same metric and have rules of their own.
const SCOPE = 'otel_scope_name="@homeostat/ioredis"'

const ARM = promName(attributes.trialArm)
const byArm = (metric: string): string => `sum by (${NAME}, ${ARM}) (${metric})`
const TRIAL_LOOKUPS = byArm(promName(metrics.cacheTrialLookups))

const hits = `sum by (${NAME}) (increase(${REQUESTS}{${SCOPE},${RESULT}="hit"}[1m]))`
/** PromQL of the lookups of each cache within the last minute. */
export const lookups: string = `sum by (${NAME}) (increase(${REQUESTS}{${SCOPE}}[1m]))`

/** PromQL of the hit ratio of each cache over the last minute; no lookups give no ratio. */
export const hitRatio: string = `${hits} / (${lookups} > 0)`

/**
 * PromQL of the hit ratio of each cache: while a trial compares keys that were warmed with keys that were left alone, of each half;
 * otherwise over the last minute.
 */
export const hitRatioByArm: string = `(${byArm(promName(metrics.cacheTrialHits))} / ${TRIAL_LOOKUPS}) or (${hitRatio} unless on (${NAME}) ${TRIAL_LOOKUPS})`
