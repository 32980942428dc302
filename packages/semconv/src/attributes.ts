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
  /** The verdict on the placebo of a proof; on spans and events only. */
  placeboVerdict: 'homeostat.proof.placebo.verdict',
  /** `started`, `paused`, `resumed` or `ended`; on spans and events only. */
  proofChange: 'homeostat.proof.change',
  /** The readable id of a trial or a proof, e.g. `cache.warm#3` or `prove#1`; on spans and events only, never on metrics. */
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
  /** Upstream: bullmq-otel 2.x. At most 50 names per queue; `_OTHER` stands for the rest. */
  jobName: 'bullmq.job.name',
  /** `completed`, `failed` or `postponed`: how an attempt of a job ended. */
  jobOutcome: 'homeostat.queue.job.outcome',
  /** `kept`, `lost`, `gave_up` or `advised`: what became of the lock of a job while the event loop was blocked. */
  lockOutcome: 'homeostat.queue.lock.outcome',
  /** Upstream: semconv 1.45, stable. */
  dbSystemName: 'db.system.name',
  /** Upstream: semconv 1.45, stable. The database. */
  dbNamespace: 'db.namespace',
  /** Upstream: semconv 1.45, stable. `SELECT orders`: operation and tables, never a literal. */
  dbQuerySummary: 'db.query.summary',
  /** Upstream: semconv 1.45, development. */
  dbPoolName: 'db.client.connection.pool.name',
  /** `behind`, `lag`, `locking`, `function`...: why a statement of a routed pool ran on the primary. */
  replicaRefusal: 'homeostat.replica.refusal',
  /** Upstream: semconv 1.45, development. `used` or `idle`. */
  dbConnectionState: 'db.client.connection.state',
  /** The job or the route that holds a connection or sends a statement: `job NAME of QUEUE`, `route PATTERN`, `unknown`, or `_OTHER` past the 50th. */
  dbHolder: 'homeostat.db.holder',
  /** Upstream: semconv 1.45, stable. The error's class or code. */
  errorType: 'error.type',
  /** Upstream: semconv 1.45, development. `active` or `idle`. */
  eventLoopState: 'nodejs.eventloop.state',
  /** Upstream: semconv 1.45, development. `user` or `system`. */
  cpuMode: 'cpu.mode',
  /** Upstream: semconv 1.45, stable. */
  serverAddress: 'server.address',
  /** Upstream: semconv 1.45, stable. */
  serverPort: 'server.port',
  /** Upstream: semconv 1.45, stable. `http` or `https`. */
  urlScheme: 'url.scheme',
  /** Upstream: semconv 1.45, stable. One of the known methods, else `_OTHER`. */
  httpRequestMethod: 'http.request.method',
  /** Upstream: semconv 1.45, development. `active` or `idle`. */
  httpConnectionState: 'http.connection.state',
  /** Upstream: semconv 1.45, development. A host that was looked up: one that requests went to. */
  dnsQuestionName: 'dns.question.name',
  /** `timeout`, `dns`, `refused`, `reset`, `tls`, `throttled`, `server_error`, `client_error`, `aborted` or `other`. */
  httpFailureClass: 'homeostat.http.failure.class',
  /** `ok`, `degraded` or `down`. */
  httpHealthState: 'homeostat.http.health.state',
  /** `closed`, `open` or `half_open`. */
  httpBreakerState: 'homeostat.http.breaker.state',
  /** `succeeded`, `failed` or `aborted`: how a guarded call ended. */
  httpCallResult: 'homeostat.http.call.result',
  /** Upstream: semconv 1.45, stable. */
  httpResponseStatusCode: 'http.response.status_code',
  /** Upstream: semconv 1.45, stable. The template of a route, never a path. At most 50 are named; `_OTHER` stands for the rest. */
  httpRoute: 'http.route',
  /** `zstd`, `br`, `gzip` or `identity`: how the body of a response is encoded. */
  httpCoding: 'homeostat.http.coding',
  /** `compressed`, `compressible` or `incompressible`: what the body of a response is. */
  httpContentKind: 'homeostat.http.content.kind',
  /** `loop` or `in_flight`: why a request is refused. */
  httpShedReason: 'homeostat.http.shed.reason',
  /** `retry`, `low`, `normal` or `high`: how important a refused request is. */
  httpShedPriority: 'homeostat.http.shed.priority',
  /** `refused`, or `let_through` where the mode is not `act`. */
  httpShedOutcome: 'homeostat.http.shed.outcome',
  /** Upstream: semconv 1.45, development. `receive` or `transmit`. */
  networkIoDirection: 'network.io.direction',
  /** `warmed`, `kept`, `bypassed`, `unknown` or `failed`: what the edge said of a request that warms it. */
  warmingResult: 'homeostat.http.warming.result',
} as const

/** The name of an attribute that Homeostat or an upstream convention defines. */
export type AttributeKey = (typeof attributes)[keyof typeof attributes]
