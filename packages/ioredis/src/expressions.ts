import { attributes, metrics, promName, promScope, promUnnamedScope } from '@homeostat/semconv'

const REQUESTS = promName(metrics.cacheRequests)
const NAME = promName(attributes.cacheName)
const RESULT = promName(attributes.cacheResult)
const SCOPE = promScope('@homeostat/ioredis')

const ARM = promName(attributes.trialArm)
const byArm = (metric: string): string => `sum by (${NAME}, ${ARM}) (${metric})`
const TRIAL_LOOKUPS = byArm(promName(metrics.cacheTrialLookups))

const hits = `sum by (${NAME}) (increase(${REQUESTS}{${SCOPE},${RESULT}="hit"}[1m]))`
/** PromQL of the lookups of each cache within the last minute. */
export const lookups: string = `sum by (${NAME}) (increase(${REQUESTS}{${SCOPE}}[1m]))`

/**
 * PromQL of the caches inside the process whose lookups have no scope that tells them apart from Redis. They carry the same metric, and
 * only they report how many entries they hold.
 */
export const cachesInProcess: string = `max by (${NAME}) (${promName(metrics.cacheEntries)}) and max by (${NAME}) (${REQUESTS}{${promUnnamedScope}})`

/** PromQL of the hit ratio of each cache over the last minute; no lookups give no ratio. */
export const hitRatio: string = `${hits} / (${lookups} > 0)`

/**
 * PromQL of the hit ratio of each cache: while a trial compares keys that were warmed with keys that were left alone, of each half;
 * otherwise over the last minute.
 */
export const hitRatioByArm: string = `(${byArm(promName(metrics.cacheTrialHits))} / ${TRIAL_LOOKUPS}) or (${hitRatio} unless on (${NAME}) ${TRIAL_LOOKUPS})`
