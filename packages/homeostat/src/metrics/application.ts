import { waitingJobs } from '@homeostat/bullmq/expressions'
import { cacheHits, cacheLookups } from '@homeostat/cache/expressions'
import { usedConnections } from '@homeostat/pg/expressions'
import { measureEventLoopLag } from '@homeostat/runtime'
import { attributes, promName } from '@homeostat/semconv'
import type { ApplicationMetrics } from './performance-metrics.ts'
import type { Query } from './query.ts'
import { by, first } from './query.ts'

const QUEUE = promName(attributes.queueName)
const CACHE = promName(attributes.cacheName)

const ACTIVE_CONNECTIONS = `sum(${usedConnections})`
// 0 lookups: 0/0 is not a number and is left out, so that a cache nobody asks has no ratio.
const HIT_RATES = `${cacheHits} / ${cacheLookups}`

export const applicationExprs: readonly string[] = [ACTIVE_CONNECTIONS, waitingJobs, HIT_RATES]

export async function applicationMetrics(query: Query): Promise<ApplicationMetrics> {
  return {
    memoryUsage: process.memoryUsage(),
    cpuUsage: process.cpuUsage(),
    eventLoopLag: await measureEventLoopLag(),
    activeConnections: first(query(ACTIVE_CONNECTIONS)),
    queueSizes: by(query(waitingJobs), QUEUE),
    cacheHitRates: by(query(HIT_RATES), CACHE),
  }
}
