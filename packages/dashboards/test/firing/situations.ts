/** The part of a package that a metric is of, whose scope it has. */
export type Package = 'runtime' | 'ioredis' | 'cache' | 'bullmq' | 'pg' | 'http' | 'forecast' | 'homeostat'

/** What a counter grows by per second, or the value of a gauge, while all is well and while it is not. */
export interface Signal {
  readonly of: Package
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly kind: 'counter' | 'gauge'
  readonly well: number
  readonly trouble: number
}

/** Something that goes wrong, what is measured of it, and the alerts that have to fire. */
export interface Situation {
  readonly name: string
  readonly alerts: readonly string[]
  readonly signals: readonly Signal[]
}

type Labels = Readonly<Record<string, string>>

const counter = (of: Package, name: string, well: number, trouble: number, labels: Labels = {}): Signal => ({
  of,
  name,
  labels,
  kind: 'counter',
  well,
  trouble,
})
const gauge = (of: Package, name: string, well: number, trouble: number, labels: Labels = {}): Signal => ({
  ...counter(of, name, well, trouble, labels),
  kind: 'gauge',
})

const repeated = { homeostat_db_holder: 'GET /orders', db_query_summary: 'SELECT orders' }
const server = { server_address: 'pay', server_port: '443' }
const delay = gauge('runtime', 'nodejs_eventloop_delay_p99', 0.01, 0.5)
const activeJobs = gauge('bullmq', 'bullmq_queue_jobs', 0, 5, {
  bullmq_queue_name: 'mail',
  bullmq_queue_jobs_state: 'active',
})
const pending = gauge('pg', 'db_client_connection_pending_requests', 0, 3, { db_client_connection_pool_name: 'shop' })

const lookups = (of: Package, cache: string, result: string, well: number, trouble: number): Signal =>
  counter(of, 'homeostat_cache_requests_total', well, trouble, {
    homeostat_cache_name: cache,
    homeostat_cache_result: result,
  })

const health = (state: string): Signal =>
  gauge('http', 'homeostat_http_client_health', 0, 1, { ...server, homeostat_http_health_state: state })

const forecast = (resource: string, trouble: number): Signal =>
  gauge('forecast', 'homeostat_forecast_probability', 0.1, trouble, {
    homeostat_forecast_resource: resource,
    homeostat_forecast_target: `${resource} of the shop`,
    homeostat_forecast_horizon: '15m',
  })

const situation = (name: string, alerts: readonly string[], ...signals: readonly Signal[]): Situation => ({
  name,
  alerts,
  signals,
})

/** One for each way in which a rule of the packages may fire. */
export const SITUATIONS: readonly Situation[] = [
  situation(
    'the heap is full',
    ['MemoryPressure'],
    gauge('runtime', 'homeostat_memory_utilization', 0.5, 0.9, { homeostat_memory_area: 'heap' }),
  ),
  situation(
    'the container is full',
    ['MemoryPressure'],
    gauge('runtime', 'homeostat_memory_utilization', 0.5, 0.9, {
      homeostat_memory_area: 'container',
      homeostat_limit_source: 'cgroup',
    }),
  ),
  situation('the loop is late', ['EventLoopDelayed'], delay),
  situation(
    'the loop is busy',
    ['CpuSaturated'],
    gauge('runtime', 'nodejs_eventloop_utilization', 0.2, 0.99),
    gauge('runtime', 'homeostat_eventloop_cpu_utilization', 0.2, 0.9),
  ),
  situation(
    'the host loses packets',
    ['HostPacketsLost'],
    counter('homeostat', 'system_network_errors_total', 0, 1000, { system_device: 'eth0' }),
  ),
  situation(
    'Redis misses, and so does a cache in the process, which is none of its business',
    ['CacheHitRatioLow'],
    lookups('ioredis', 'redis', 'hit', 9, 1),
    lookups('ioredis', 'redis', 'miss', 1, 9),
    lookups('cache', 'memory', 'miss', 10, 10),
    gauge('cache', 'homeostat_cache_entries', 5, 5, { homeostat_cache_name: 'memory' }),
  ),
  situation(
    'jobs wait',
    ['QueueBacklog'],
    gauge('bullmq', 'homeostat_queue_oldest_waiting_age', 1, 60, { bullmq_queue_name: 'mail' }),
  ),
  situation(
    'jobs compute',
    ['EventLoopDelayed', 'JobsDelayLoop'],
    delay,
    activeJobs,
    gauge('bullmq', 'homeostat_queue_job_cpu_time', 0.1, 0.1),
  ),
  situation('jobs hold the pool', ['JobsExhaustPool', 'PoolExhausted'], pending, activeJobs),
  situation(
    'statements are slow',
    ['SlowQueries'],
    counter('pg', 'homeostat_db_slow_queries_total', 0, 1, { db_namespace: 'shop' }),
  ),
  situation(
    'a request repeats a statement',
    ['StatementsRepeated'],
    counter('pg', 'homeostat_db_repeated_statements_duration_count', 0, 1, repeated),
    counter('pg', 'homeostat_db_repeated_statements_duration_sum', 0, 0.1, repeated),
  ),
  situation(
    'the loop holds answers',
    ['AnswersHeld'],
    counter('pg', 'homeostat_db_held_answers_total', 0, 1, { db_namespace: 'shop' }),
  ),
  situation(
    'sessions wait for locks',
    ['LocksHeld'],
    counter('pg', 'homeostat_db_lock_waits_total', 0, 1, { db_namespace: 'shop' }),
  ),
  situation(
    'connections leak',
    ['ConnectionsLeaked'],
    gauge('pg', 'homeostat_db_connection_leaked', 0, 1, { db_client_connection_pool_name: 'shop' }),
  ),
  situation(
    'the link is full',
    ['NetworkBottleneck'],
    gauge('http', 'homeostat_network_utilization', 0.1, 0.9, { network_io_direction: 'transmit' }),
  ),
  situation(
    'segments are sent again',
    ['NetworkBottleneck'],
    counter('http', 'homeostat_network_tcp_retransmits_total', 0, 10),
    counter('http', 'homeostat_network_tcp_segments_total', 100, 100),
  ),
  situation(
    'load is shed',
    ['RequestsShed'],
    counter('http', 'homeostat_http_shed_requests_total', 0, 1, {
      http_route: '/products',
      homeostat_http_shed_reason: 'loop',
      homeostat_http_shed_outcome: 'refused',
    }),
  ),
  situation(
    'compression costs',
    ['CompressionCostly', 'CpuSaturated'],
    counter('http', 'homeostat_http_compression_duration_total', 0, 0.5),
    gauge('runtime', 'nodejs_eventloop_utilization', 0.2, 0.95),
  ),
  situation('the edge is cold', ['EdgeWentCold'], counter('http', 'homeostat_http_warming_misses_total', 1, 100)),
  situation('a service is down', ['ExternalServiceDown'], health('down')),
  situation('a service is degraded', ['ExternalServiceDegraded'], health('degraded')),
  situation(
    'requests queue',
    ['ExternalServiceQueue'],
    gauge('http', 'homeostat_http_client_pending_requests', 0, 3, server),
  ),
  situation(
    'a breaker refuses',
    ['GuardedServiceFails'],
    counter('http', 'homeostat_http_breaker_refusals_total', 0, 1, { ...server, homeostat_trial_arm: 'act' }),
  ),
  situation('the CPU will not do', ['CpuBottleneckAhead'], forecast('cpu', 0.9)),
  situation('memory will not do', ['MemoryBottleneckAhead'], forecast('memory', 0.9)),
  situation('the database will not do', ['DatabaseBottleneckAhead'], forecast('database', 0.9)),
  situation('the network will not do', ['NetworkBottleneckAhead'], forecast('network', 0.9)),
  situation('a limit may be reached', ['BottleneckPossible'], forecast('memory', 0.5)),
  situation(
    'parts of Homeostat fail',
    ['HomeostatFailing'],
    counter('homeostat', 'homeostat_errors_total', 0, 1, { homeostat_component: 'signal' }),
  ),
]
