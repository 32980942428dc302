import type { OptionSchema } from '@homeostat/signals/options'
import { flag, group, listOf, LONGEST_MS, number, text, wholeNumber } from '@homeostat/signals/options'

/** A replica: a pool of `pg`, its options (what is left out is the primary's), or a connection string. */
export type ReplicaAddress = object | string

/** Options of `createReplicaPool()`. */
export interface ReplicaPoolOptions<P extends object | string = object | string> {
  /**
   * The pool of the primary: it is returned, with its statements routed, and stays the `pg.Pool` that it is. Or the options of such a
   * pool, or a connection string: then the pool is made of the `pg` that the application has installed.
   */
  readonly primary: P
  /** Its streaming replicas. */
  readonly replicas: readonly ReplicaAddress[]
  /** How old the data of a read may be, in milliseconds. Older replicas are not used. @default 10000 */
  readonly maxLagMs?: number
  /** How long a read waits for a replica that has its context's writes, in milliseconds, before it takes the primary. @default 0 */
  readonly waitMs?: number
  /** How often each server is asked for its position while statements run, in milliseconds. @default 50 */
  readonly pollMs?: number
  /** Without an answer for this long a replica is left alone, and the statements that it is running go to the primary, in milliseconds. @default 1000 */
  readonly answerMs?: number
  /** The share of requests whose reads may use replicas; the knob `replica.weight` sets it later. @default 1 */
  readonly weight?: number
  /** Whether a read shows at least what earlier reads of its request have shown. @default true */
  readonly monotonicReads?: boolean
  /**
   * Whether the primary's pool connects to a replica that was promoted, while the primary does not answer or is a replica itself. Its options
   * then hold that replica's host and port; user, database and TLS stay. One that was promoted while the primary still answered, for more than
   * 5 s, is not followed. Without the option, one line of `diag` reports the promotion. @default false
   */
  readonly followPromotions?: boolean
  /**
   * Whether `pool.connect()` lends clients that take a connection of the primary with their first statement that does more than read. A
   * single read then moves, as with knex and TypeORM, which borrow a client for each statement. Such a client has the class of the pool's
   * clients, with `query`, `release` and events; it has no `connection` and no `processID`, and errors of connecting come with its first
   * statement. @default false
   */
  readonly lazyClients?: boolean
  /** Signs the tokens that requests and jobs carry: at least 16 characters. The first one signs, all verify. @default none: there are no tokens */
  readonly tokenSecrets?: readonly string[]
  /** Most statements whose effect is remembered. @default 2000 */
  readonly maxStatements?: number
  /** How often the catalog is asked again what the names in statements mean, in milliseconds. @default 30000 */
  readonly catalogMs?: number
}

export const REPLICA_DEFAULTS = {
  maxLagMs: 10_000,
  waitMs: 0,
  pollMs: 50,
  answerMs: 1_000,
  weight: 1,
  monotonicReads: true,
  followPromotions: false,
  lazyClients: false,
  maxStatements: 2_000,
  catalogMs: 30_000,
} as const

/** Those of them that are plain values. */
export type ReplicaPoolSettings = Omit<ReplicaPoolOptions, 'primary' | 'replicas'>

/** The schema of the plain values among {@link ReplicaPoolOptions}. */
export const replicaPoolSettings: OptionSchema<ReplicaPoolSettings> = group<ReplicaPoolSettings>(
  {
    maxLagMs: number({
      least: 1,
      most: LONGEST_MS,
      unit: 'ms',
      default: REPLICA_DEFAULTS.maxLagMs,
      description: 'how old the data of a read may be',
    }),
    waitMs: number({
      least: 0,
      most: 60_000,
      unit: 'ms',
      default: REPLICA_DEFAULTS.waitMs,
      description: 'how long a read waits for a replica that has the writes of its context',
    }),
    pollMs: wholeNumber({
      least: 5,
      most: 60_000,
      unit: 'ms',
      default: REPLICA_DEFAULTS.pollMs,
      description: 'how often each server is asked for its position',
    }),
    answerMs: wholeNumber({
      least: 50,
      most: 60_000,
      unit: 'ms',
      default: REPLICA_DEFAULTS.answerMs,
      description: 'without an answer for this long a replica is left alone',
    }),
    weight: number({
      least: 0,
      most: 1,
      default: REPLICA_DEFAULTS.weight,
      description: 'the share of requests whose reads may use replicas',
    }),
    monotonicReads: flag({
      default: REPLICA_DEFAULTS.monotonicReads,
      description: 'a read shows at least what earlier reads of its request have shown',
    }),
    followPromotions: flag({
      default: REPLICA_DEFAULTS.followPromotions,
      description: 'whether the pool connects to a promoted replica while the primary takes no writes',
    }),
    lazyClients: flag({
      default: REPLICA_DEFAULTS.lazyClients,
      description: 'whether a borrowed client takes a connection only with a statement that does more than read',
    }),
    tokenSecrets: listOf(text({ description: 'at least 16 characters' }), {
      description: 'secrets that sign the tokens of requests and jobs; the first one signs, all verify',
    }),
    maxStatements: wholeNumber({
      least: 1,
      most: 100_000,
      default: REPLICA_DEFAULTS.maxStatements,
      description: 'most statements whose effect is remembered',
    }),
    catalogMs: wholeNumber({
      least: 1_000,
      most: LONGEST_MS,
      unit: 'ms',
      default: REPLICA_DEFAULTS.catalogMs,
      description: 'how often the catalog is asked again',
    }),
  },
  { description: 'a pool with replicas' },
)
