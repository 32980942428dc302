/**
 * Attribute keys, ours and the upstream ones we reuse, with their closed value sets.
 * Every value set is bounded by construction: no key names, SQL literals, bind values or job data.
 */
export const attributes = {
  /** A cache the application named, or the client library's own name. */
  cacheName: 'homeostat.cache.name',
  /** `hit`, `miss` or `stale`. */
  cacheResult: 'homeostat.cache.result',
  /** `container` (cgroup, else host), `process` (resident set) or `heap` (V8). */
  memoryArea: 'homeostat.memory.area',
  /** `cgroup`, `host`, `rlimit` (`ulimit -v`) or `v8`: what sets the limit. */
  limitSource: 'homeostat.limit.source',
  /** The alert's name. */
  alert: 'homeostat.alert',
  /** `inactive`, `pending`, `firing` or `resolving`. */
  alertState: 'homeostat.alert.state',
  actionName: 'homeostat.action.name',
  /** `act`, `control` or `shadow`: whether the action was run, withheld at random, or only thought of. */
  trialArm: 'homeostat.trial.arm',
  /** `running`, `settling`, `verifying`, `kept` or `reverting`. */
  trialState: 'homeostat.trial.state',
  /** `guard breached`, `verdict`, `undecided`, `alert resolved`, `lease lost`, `preempted` or `kill switch`. */
  revertCause: 'homeostat.revert.cause',
  /** `restored`, `superseded` or `failed`. */
  revertResult: 'homeostat.revert.result',
  /** `estimate`, `low` or `high`: of the interval of an effect. */
  effectBound: 'homeostat.effect.bound',
  /** `runsPerHourOfAction`, `runsPerHour`, `concurrentRuns` or `blockedMsPerMinute`. */
  budget: 'homeostat.budget',
  /** `none`, `unreachable` or `reachable`. */
  coordinatorState: 'homeostat.coordinator.state',
  /** `completed`, `failed`, `timeout` or `aborted`. */
  actionResult: 'homeostat.action.result',
  /** The gate that refused, e.g. `mode`, `warm-up`, `cooldown`. */
  refusalReason: 'homeostat.refusal.reason',
  verdict: 'homeostat.verdict',
  /** A trial's readable id, e.g. `cache.warm#3`; on spans and events only, never on metrics. */
  trialId: 'homeostat.trial.id',
  /** The median of what should change, before the decision; on spans and events only. */
  trialBefore: 'homeostat.trial.before',
  /** The same after the settling; on spans and events only. */
  trialAfter: 'homeostat.trial.after',
  /** One readable line: why. On spans and events only. */
  reason: 'homeostat.reason',
  /** Number of episodes that a verdict compared; on spans and events only. */
  episodes: 'homeostat.verdict.episodes',
  /** The value that made an alert fire; on spans and events only. */
  alertValue: 'homeostat.alert.value',
  /** `off`, `shadow`, `advise` or `act`. */
  mode: 'homeostat.mode',
  /** `cpu`, `memory`, `database` or `network`: what a forecast is about. */
  forecastResource: 'homeostat.forecast.resource',
  /** The target's name, e.g. `database.pool`. */
  forecastTarget: 'homeostat.forecast.target',
  /** How far ahead a forecast looks, as a Prometheus duration, e.g. `15m`. */
  forecastHorizon: 'homeostat.forecast.horizon',
  /** Lower bound of a bin of probabilities, `0.0` to `0.9`. */
  forecastBin: 'homeostat.forecast.bin',
  /** `signal`, `rule`, `action`, `telemetry`, `tick`, `source`: the part of Homeostat that failed. */
  component: 'homeostat.component',
  /** Upstream: bullmq-otel 2.x. */
  queueName: 'bullmq.queue.name',
  /** Upstream: bullmq-otel 2.x. `waiting`, `active`, `delayed`, `prioritized`, `failed`, `paused`, `waiting-children`. */
  queueJobsState: 'bullmq.queue.jobs.state',
  /** Upstream: semconv 1.45, stable. */
  dbSystemName: 'db.system.name',
  /** Upstream: semconv 1.45, stable. The database. */
  dbNamespace: 'db.namespace',
  /** Upstream: semconv 1.45, stable. `SELECT orders`: operation and tables, never a literal. */
  dbQuerySummary: 'db.query.summary',
  /** Upstream: semconv 1.45, development. */
  dbPoolName: 'db.client.connection.pool.name',
  /** Upstream: semconv 1.45, development. `used` or `idle`. */
  dbConnectionState: 'db.client.connection.state',
  /** Upstream: semconv 1.45, stable. The error's class or code. */
  errorType: 'error.type',
  /** Upstream: semconv 1.45, development. `active` or `idle`. */
  eventLoopState: 'nodejs.eventloop.state',
  /** Upstream: semconv 1.45, development. `user` or `system`. */
  cpuMode: 'cpu.mode',
  /** Upstream: semconv 1.45, stable. */
  serverAddress: 'server.address',
  /** Upstream: semconv 1.45, stable. */
  httpResponseStatusCode: 'http.response.status_code',
} as const

/** The name of an attribute that Homeostat or an upstream convention defines. */
export type AttributeKey = (typeof attributes)[keyof typeof attributes]
