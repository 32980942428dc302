import type { Registry, ScopeMetrics } from '@homeostat/signals'
import { DeltaSums } from './delta-sums.ts'
import type { ForeignScope, Snapshot } from './snapshot.ts'

/** Prometheus's lookback: a reader that delivered nothing for so long has been taken out of use. */
const SILENCE_MS = 300_000

/** Collections kept while no tick takes them. With more readers than this, the oldest are dropped. */
const MAX_PENDING = 64

/**
 * Takes snapshots. Our own accumulators are read directly, with no SDK involved; what the application's own readers
 * collect is offered by whoever attached to them. No collection is ever caused in somebody else's pipeline, because
 * upstream observables reset themselves inside it.
 */
export class SnapshotReader {
  readonly #registries: readonly Registry[]
  readonly #ownScopes: ReadonlySet<string>
  readonly #sums = new DeltaSums()
  #pending: ForeignScope[] = []
  #source: { readonly reader: object; deliveredAt: number } | undefined

  constructor(registries: readonly Registry[]) {
    this.#registries = registries
    this.#ownScopes = new Set(registries.map(registry => registry.scope.name))
  }

  /**
   * Hands over what an attached reader has just collected. Our own scopes are dropped: they enter with the tick.
   * Only one reader is listened to, because the totals of two (deltas summed since attaching, cumulatives since the
   * start) would look like a counter that is reset all the time.
   */
  offer(reader: object, scopes: readonly ScopeMetrics[], at: number): void {
    if (this.#source === undefined || at - this.#source.deliveredAt > SILENCE_MS)
      this.#source = { reader, deliveredAt: at }
    if (this.#source.reader !== reader) return
    this.#source.deliveredAt = at
    for (const metrics of scopes) {
      if (this.#ownScopes.has(metrics.scope.name)) continue
      // Summed here and not at the tick: a collection that is skipped would lose its deltas for good.
      this.#pending.push({ at, metrics: this.#sums.toCumulative(metrics) })
    }
    if (this.#pending.length > MAX_PENDING) this.#pending = this.#pending.slice(-MAX_PENDING)
  }

  collect(now: number): Snapshot {
    const foreign = this.#pending
    this.#pending = []
    return { at: now, own: this.#registries.map(registry => registry.collect(now)), foreign }
  }
}
