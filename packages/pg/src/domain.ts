import type { DomainDefinition, DomainWith } from '@homeostat/optimizer'
import type { LibraryMarks } from '@homeostat/signals'
import { disposeTogether, unseenInBundle } from '@homeostat/signals'
import { checkedOptions } from '@homeostat/signals/options'
import { followLeftovers, SweepTimes } from './actions/create-index/follow-leftovers.ts'
import { createQueryCreateIndex } from './actions/create-index/query-create-index.ts'
import { createIdleConnections } from './actions/idle-connections.ts'
import { createPoolExplain } from './actions/pool-explain.ts'
import { createPoolMax } from './actions/pool-max.ts'
import { createPoolReapIdle } from './actions/pool-reap-idle.ts'
import { optimizeQueries } from './actions/optimize-queries.ts'
import { createReplicaWeight } from './actions/replica-weight.ts'
import { followLockWaits } from './diagnosis/follow-lock-waits.ts'
import { SeenLockWaits } from './diagnosis/seen-lock-waits.ts'
import { createPostgresCoordinator } from './coordinator/postgres-coordinator.ts'
import { PgInstrumentation } from './instrumentation.ts'
import { POSTGRES, PostgresCandidates } from './postgres-candidates.ts'
import type { PgOptions } from './options.ts'
import { pgOptions } from './options.ts'
import { createIndexes, responses } from './responses.ts'
import { rules } from './rules.ts'
import { createPostgresStateStore } from './state/postgres-state-store.ts'

export { optimizeOptions, pgOptions, type PgOptions } from './options.ts'
export type { CreateIndexOptions } from './actions/create-index/create-index-options.ts'
export { INDEX_TABLE } from './actions/create-index/index-table.ts'
export { createQueryCreateIndex } from './actions/create-index/query-create-index.ts'
export { createPoolExplain } from './actions/pool-explain.ts'
export { createPoolMax, type PoolMaxOptions } from './actions/pool-max.ts'
export { createPoolReapIdle } from './actions/pool-reap-idle.ts'
export { createIdleConnections, type IdleConnectionsOptions } from './actions/idle-connections.ts'
export { createQueryOptimize, type QueryOptimizeOptions } from './actions/query-optimize.ts'
export { LEASE_TABLE } from './coordinator/lease-table.ts'
export {
  createPostgresCoordinator,
  type PostgresCoordinator,
  type PostgresCoordinatorOptions,
  type PostgresEffectOptions,
} from './coordinator/postgres-coordinator.ts'
export type { CoordinatorConnection, CoordinatorPool, CoordinatorQuery } from './coordinator/session.ts'
export { IndexTableMissingError, LeaseTableMissingError, StateTableMissingError } from './errors.ts'
export {
  createIndexes,
  explainPools,
  explainStatements,
  optimizeSlowQueries,
  raisePools,
  responses,
} from './responses.ts'
export {
  answersHeld,
  connectionsLeaked,
  locksHeld,
  poolExhausted,
  rules,
  slowQueries,
  statementsRepeated,
} from './rules.ts'
export { createPostgresStateStore, type PostgresStateStoreOptions } from './state/postgres-state-store.ts'
export { STATE_TABLE } from './state/state-table.ts'

/** Postgres as this process uses it, and what the pg domain does about it. */
export type PgDomain = DomainWith<
  PgInstrumentation,
  'rules' | 'responses' | 'actions' | 'follow' | 'knobs' | 'observes' | 'reclaimers' | 'coordinators' | 'stateStores'
>

const MARKS: LibraryMarks = {
  library: 'pg',
  handOver: '{ pg: pool }',
  marks: [
    ['Client has already', 'been connected'],
    ['Connection', 'terminated unexpectedly'],
  ],
}

/**
 * Everything that this package provides, for `homeostat()`: signals, the rules `SlowQueries`, `StatementsRepeated`, `AnswersHeld`, `LocksHeld`,
 * `PoolExhausted` and `ConnectionsLeaked`, the advice `query.optimize` and `pool.explain`, the knob `pool.max`, and the reclaimer of idle pool connections. `homeostat()` creates it from its
 * options. To keep a reference to the instrumentation, create the domain yourself: it replaces the built-in one.
 *
 * @example
 * ```ts
 * const h = homeostat({ pg: { slowQueryThresholdMs: 100 } })
 * ```
 *
 * To keep the queries of a client out of telemetry:
 *
 * ```ts
 * const postgres = pg({ slowQueryThresholdMs: 100 })
 * const h = homeostat({ domains: [postgres] })
 * postgres.instrumentation.ignore(client)
 * ```
 */
export function pg(options: PgOptions = {}): PgDomain {
  const { optimize, createIndex, ...config } = checkedOptions(pgOptions, options, 'pg')
  const instrumentation = new PgInstrumentation(config)
  const acts = (createIndex?.schemas ?? []).length > 0
  const sweeps = new SweepTimes()
  const lockWaits = new SeenLockWaits()
  const candidates = new PostgresCandidates(error => instrumentation.registry.faults.report('source', error))
  return {
    name: 'pg',
    instrumentation,
    unseen: () => (instrumentation.wasGivenObjects ? [] : unseenInBundle(MARKS)),
    observes: {
      pg: { expects: 'a Pool or a Client of pg', observe: object => instrumentation.observe(object) },
    },
    rules,
    responses: acts ? [...responses, createIndexes] : responses,
    follow: loop =>
      disposeTogether(
        followLockWaits(instrumentation, loop, lockWaits),
        ...(acts ? [followLeftovers(instrumentation, loop, sweeps)] : []),
      ),
    actions: [
      optimizeQueries(instrumentation, optimize ?? {}, lockWaits),
      ...(acts
        ? [createQueryCreateIndex(instrumentation, createIndex ?? {}, optimize, session => sweeps.soon(session))]
        : []),
      createPoolExplain(instrumentation),
      createPoolReapIdle(instrumentation),
    ],
    knobs: [
      createPoolMax({ instrumentation, onFault: error => instrumentation.registry.faults.report('action', error) }),
      createReplicaWeight(),
    ],
    reclaimers: [createIdleConnections(instrumentation)],
    engine: POSTGRES,
    coordinators: service =>
      candidates.of(instrumentation.answeringPools, pool => createPostgresCoordinator({ pool, service })),
    stateStores: service =>
      candidates.of(instrumentation.answeringPools, pool => createPostgresStateStore({ pool, service })),
  }
}

/** The option `pg` of `homeostat()`: statements and pools, and `query.optimize`. */
export const definition: DomainDefinition<PgOptions> = { options: pgOptions, engine: POSTGRES, place: 40, create: pg }
