import { measureEventLoopLag } from '@homeostat/runtime'
import { attributes, metrics, promName, promScope } from '@homeostat/semconv'
import type { ApplicationMetrics } from './performance-metrics.ts'
import type { Query } from './query.ts'
import { by, first } from './query.ts'

const QUEUE = promName(attributes.queueName)
const CACHE = promName(attributes.cacheName)
const LOOKED_UP = promName(metrics.cacheRequests)

const ACTIVE_CONNECTIONS = `sum(${promName(metrics.dbConnectionCount)}{${promScope('@homeostat/pg')}, ${promName(attributes.dbConnectionState)}="used"})`
const QUEUE_SIZES = `sum by (${QUEUE}) (${promName(metrics.queueJobs)}{${promScope('@homeostat/bullmq')}, ${promName(attributes.queueJobsState)}="waiting"})`
const HITS = `sum by (${CACHE}) (increase(${LOOKED_UP}{${promName(attributes.cacheResult)}="hit"}[1m]))`
const LOOKUPS = `sum by (${CACHE}) (increase(${LOOKED_UP}[1m]))`
// 0 lookups: 0/0 is not a number and is left out, so that a cache nobody asks has no ratio.
const HIT_RATES = `${HITS} / ${LOOKUPS}`

export const applicationExprs: readonly string[] = [ACTIVE_CONNECTIONS, QUEUE_SIZES, HIT_RATES]

export async function applicationMetrics(query: Query): Promise<ApplicationMetrics> {
  return {
    memoryUsage: process.memoryUsage(),
    cpuUsage: process.cpuUsage(),
    eventLoopLag: await measureEventLoopLag(),
    activeConnections: first(query(ACTIVE_CONNECTIONS)),
    queueSizes: by(query(QUEUE_SIZES), QUEUE),
    cacheHitRates: by(query(HIT_RATES), CACHE),
  }
}
