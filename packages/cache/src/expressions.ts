import { attributes, metrics, promName } from '@homeostat/semconv'

const REQUESTS = promName(metrics.cacheRequests)
const NAME = promName(attributes.cacheName)

/** PromQL of the hits of each cache within the last minute, those of caches outside of the process included. */
export const cacheHits: string = `sum by (${NAME}) (increase(${REQUESTS}{${promName(attributes.cacheResult)}="hit"}[1m]))`

/** PromQL of the lookups of each cache within the last minute, those of caches outside of the process included. */
export const cacheLookups: string = `sum by (${NAME}) (increase(${REQUESTS}[1m]))`
