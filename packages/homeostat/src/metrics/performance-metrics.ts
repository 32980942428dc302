/** What `collectMetrics()` returns. A part that could not be read is undefined and named in `failures`. */
export interface PerformanceMetrics {
  /** ISO 8601. */
  readonly timestamp: string
  readonly system: SystemMetrics | undefined
  readonly application: ApplicationMetrics | undefined
  readonly database: DatabaseMetrics | undefined
  readonly externalServices: ExternalServiceMetrics | undefined
  readonly failures: readonly SourceFailure[]
}

/** The parts of `collectMetrics()`. */
export type SourceName = 'system' | 'application' | 'database' | 'externalServices'

/** A part of `collectMetrics()` that failed. The other parts are complete. */
export interface SourceFailure {
  readonly source: SourceName
  /** The type of what was thrown and where, e.g. `TypeError at orders.js:12:7`: messages may quote keys and values. */
  readonly error: string
}

/** Usage against the limit that is really enforced: cgroup, else host. Ratios are 0 to 1. */
export interface SystemMetrics {
  /** Memory of this process, or of its container where it has a limit, whichever is closer to its limit. */
  readonly memoryUsage: number | undefined
  /** The V8 heap of this process. */
  readonly heapUsage: number | undefined
  readonly cpuUsage: number | undefined
  readonly memoryLimitBytes: number | undefined
  readonly cpuLimit: number | undefined
  /** The whole host, where the application measures it with `@opentelemetry/host-metrics`; else undefined. */
  readonly host: HostMetrics | undefined
}

/**
 * The host as `@opentelemetry/host-metrics` measures it (`system.*`), over the last five minutes: such metrics arrive with the export,
 * each minute by default. Ratios are 0 to 1; what is not measured is undefined.
 */
export interface HostMetrics {
  readonly cpuUsage: number | undefined
  readonly memoryUsage: number | undefined
  /** All interfaces but the loopback. */
  readonly network: HostNetworkMetrics | undefined
  /** All disks, where something measures `system.disk.io`. */
  readonly disk: HostDiskMetrics | undefined
}

/** Network traffic of the host. */
export interface HostNetworkMetrics {
  readonly receivedBytesPerSecond: number | undefined
  readonly transmittedBytesPerSecond: number | undefined
  /** Packets that were dropped or damaged, in both directions. */
  readonly lostPacketsPerSecond: number | undefined
}

/** Disk traffic of the host. */
export interface HostDiskMetrics {
  readonly readBytesPerSecond: number | undefined
  readonly writtenBytesPerSecond: number | undefined
}

/** Load of the process and its queues, as `collectMetrics()` returns it. */
export interface ApplicationMetrics {
  readonly memoryUsage: NodeJS.MemoryUsage
  readonly cpuUsage: NodeJS.CpuUsage
  /** Now, in milliseconds. */
  readonly eventLoopLag: number
  /** Connections in use, over all pools. */
  readonly activeConnections: number | undefined
  /** Waiting jobs by queue. */
  readonly queueSizes: Readonly<Record<string, number>>
  /** Hits of the last minute divided by lookups, by cache. A cache without lookups has no ratio, not 0. */
  readonly cacheHitRates: Readonly<Record<string, number>>
}

/** Statements and pools of the databases, as `collectMetrics()` returns them. */
export interface DatabaseMetrics {
  /** Statements over the threshold in the last minute. */
  readonly slowQueries: number
  /** 95th percentile of the last minute, in milliseconds; undefined without statements. */
  readonly operationP95Ms: number | undefined
  readonly pools: Readonly<Record<string, PoolMetrics>>
}

/** Connections of one pool. */
export interface PoolMetrics {
  readonly used: number
  readonly idle: number
  readonly pending: number
  readonly limit: number
}

/** By `server.address`, from `http.client.request.duration` of `@homeostat/http`, else of the application's own instrumentation. */
export type ExternalServiceMetrics = Readonly<Record<string, ExternalServiceHealth>>

/** Calls to one external service, as `collectMetrics()` returns them. */
export interface ExternalServiceHealth {
  /** Over the last five minutes, because such metrics arrive with the export, each minute by default. */
  readonly requestsPerSecond: number
  readonly p95Ms: number | undefined
  /** Share of requests that failed or were answered with a status of 5xx. */
  readonly errorRate: number | undefined
  /** With hysteresis; undefined while too few requests are known, or where only another instrumentation measures. */
  readonly health: 'ok' | 'degraded' | 'down' | undefined
  /** Requests that wait for a connection. */
  readonly pendingRequests: number | undefined
}
