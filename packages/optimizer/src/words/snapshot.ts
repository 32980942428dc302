import type { ScopeMetrics } from '@homeostat/signals'

/** One collection, immutable: our own scopes as they are now, and what attached readers brought since the last one. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Our own signals, cumulative. */
  readonly own: readonly ScopeMetrics[]
  /** Everybody else's, cumulative, at the time each attached reader collected it. */
  readonly foreign: readonly ForeignScope[]
}

/** Another instrumentation's metrics, seen by a reader of the application. */
export interface ForeignScope {
  readonly at: number
  readonly metrics: ScopeMetrics
  /** The reader that collected it. Readers of one provider deliver the same series. */
  readonly reader?: object
  /** Number of the provider it comes from. Series of different providers are different series. @default 1 */
  readonly provider?: number
}
