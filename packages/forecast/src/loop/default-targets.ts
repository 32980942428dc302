import { attributes, metrics, promName, promScope, upstreamMetrics } from '@homeostat/semconv'
import type { ForecastTarget } from './forecast-target.ts'

const AREA = promName(attributes.memoryArea)
const SOURCE = promName(attributes.limitSource)
const POOL = promName(attributes.dbPoolName)
const DATABASE = promName(attributes.dbNamespace)
const SERVER = promName(attributes.serverAddress)
const MEMORY = promName(metrics.memoryUtilization)
const CONNECTIONS = promName(metrics.dbConnectionCount)
const DATABASE_SCOPE = promScope('@homeostat/pg')
const USED = `sum by (${POOL}) (${CONNECTIONS}{${DATABASE_SCOPE}, ${promName(attributes.dbConnectionState)}="used"})`
const LIMIT = `sum by (${POOL}) (${promName(metrics.dbConnectionLimit)}{${DATABASE_SCOPE}})`
const OPERATIONS = promName(metrics.dbOperationDuration)
const SLOW = `sum by (${DATABASE}) (increase(${promName(metrics.dbSlowQueries)}[1m]))`
const REQUESTS = upstreamMetrics.httpClientRequestDuration.replaceAll('.', '_')

/** Of a minute: a forecast is about load that lasts, and so is the rule `CpuSaturated`, which waits for half a minute. */
const cpuOf = (metric: string): string => `avg_over_time(${metric}{${promScope('@homeostat/runtime')}}[1m])`

/**
 * What is forecast unless the options say otherwise: the conditions that the rules of the other packages watch
 * (`CpuSaturated`, `MemoryPressure`, `SlowQueries`), the use of connection pools, and the times that databases and other
 * services take to answer.
 */
export const defaultTargets: readonly ForecastTarget[] = [
  {
    name: 'cpu',
    resource: 'cpu',
    expr: `max(${cpuOf(promName(metrics.processCpuUtilization))} or ${cpuOf(promName(metrics.cpuUtilization))})`,
    above: 0.9,
    unit: 'ratio',
  },
  {
    name: 'memory',
    resource: 'memory',
    expr: `max(${MEMORY}{${AREA}=~"process|heap"} or ${MEMORY}{${AREA}="container", ${SOURCE}="cgroup"})`,
    above: 0.8,
    unit: 'ratio',
  },
  {
    name: 'database.pool',
    resource: 'database',
    expr: `max(${USED} / (${LIMIT} > 0))`,
    above: 0.9,
    unit: 'ratio',
  },
  {
    name: 'database.p95',
    resource: 'database',
    expr: `histogram_quantile(0.95, sum by (le) (rate(${OPERATIONS}_bucket{${DATABASE_SCOPE}}[1m])))`,
    above: 0.5,
    unit: 's',
  },
  {
    name: 'database.slow_queries',
    resource: 'database',
    // Where no statement has ever been slow there is no such series yet: databases that are used have none, then.
    expr: `max(${SLOW} or 0 * sum(${OPERATIONS}_count{${DATABASE_SCOPE}}))`,
    above: 10,
  },
  {
    name: 'network',
    resource: 'network',
    // Foreign series arrive with the application's export, each minute by default: five minutes hold several of them.
    expr: `max(histogram_quantile(0.95, sum by (${SERVER}, le) (rate(${REQUESTS}_bucket[5m]))))`,
    above: 1,
    unit: 's',
  },
]
