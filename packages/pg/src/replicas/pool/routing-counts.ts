import type { RouteRefusal } from '../routing/statement-routes.ts'

/** Why a statement ran on the primary, beside what it is. */
export type PlaceRefusal =
  /** It is not a single text: a cursor, a stream, a named statement without a text. */
  | 'not_text'
  /** `libpg-query` is not installed. */
  | 'no_grammar'
  /** The application has a `query()` or `connect()` of its own around the pool's. */
  | 'wrapped'
  /** `pool.query()` has begun a transaction or made a setting, in a session that is still open. */
  | 'session'
  /** The share of this context's reads is the primary's; see the knob `replica.weight`. */
  | 'weight'
  /** No replica has replayed yet what this context has written or read. */
  | 'behind'
  /** Each replica's data is older than allowed. */
  | 'lag'
  /** The replicas' pools have no free connection, and more calls wait for one there than on the primary. */
  | 'busy'
  /** No replica is in use: none is connected, each has failed, or belongs to another history. */
  | 'no_replica'

/** Why a statement ran on the primary. */
export type Refusal = RouteRefusal | PlaceRefusal

/** What routing has done so far. Numbers only grow. */
export class RoutingCounts {
  /** Reads that replicas have answered. */
  routed = 0
  /** Reads that a replica failed and the primary answered. */
  retried = 0
  /** Reads that waited for a replica. */
  waited = 0
  /** How long they waited in total, in seconds. */
  waitedSeconds = 0
  readonly #refused = new Map<Refusal, number>()

  /** A statement ran on the primary for this reason. */
  refuse(reason: Refusal): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1)
  }

  /** Statements on the primary by reason. */
  get refused(): ReadonlyMap<Refusal, number> {
    return this.#refused
  }
}
