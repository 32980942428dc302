import { measureEventLoopLag } from '@homeostat/runtime'
import type { ApplicationMetrics } from '../performance-metrics.ts'
import type { Query } from '../query.ts'
import { by, first } from '../query.ts'

const ACTIVE_CONNECTIONS = 'sum(db_client_connection_count{db_client_connection_state="used"})'
const QUEUE_SIZES = 'sum by (bullmq_queue_name) (bullmq_queue_jobs{bullmq_queue_jobs_state="waiting"})'
const HITS =
  'sum by (homeostat_cache_name) (increase(homeostat_cache_requests_total{homeostat_cache_result="hit"}[1m]))'
const LOOKUPS = 'sum by (homeostat_cache_name) (increase(homeostat_cache_requests_total[1m]))'
// 0 lookups: 0/0 is not a number and is left out, so that a cache nobody asks has no ratio.
const HIT_RATES = `${HITS} / ${LOOKUPS}`

export const applicationExprs: readonly string[] = [ACTIVE_CONNECTIONS, QUEUE_SIZES, HIT_RATES]

export async function applicationMetrics(query: Query): Promise<ApplicationMetrics> {
  return {
    memoryUsage: process.memoryUsage(),
    cpuUsage: process.cpuUsage(),
    eventLoopLag: await measureEventLoopLag(),
    activeConnections: first(query(ACTIVE_CONNECTIONS)),
    queueSizes: by(query(QUEUE_SIZES), 'bullmq_queue_name'),
    cacheHitRates: by(query(HIT_RATES), 'homeostat_cache_name'),
  }
}
