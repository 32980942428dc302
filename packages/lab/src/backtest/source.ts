import type { Scope } from '@homeostat/signals'
import type { Snapshot } from '@homeostat/optimizer'

/** The source of a backtest's signals. */
export interface BacktestSource {
  /** A file or an address, for people. */
  readonly name: string
  /** Usual time between two snapshots, in milliseconds: that of the ticks. */
  readonly intervalMs: number
  /** The scopes that the loop read itself, at each tick; all others came at the pace of an exporter. */
  readonly ownScopes: readonly Pick<Scope, 'name'>[]
  /** The snapshots in the order of their times. */
  snapshots(): AsyncIterable<Snapshot> | Iterable<Snapshot>
}
