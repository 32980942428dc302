import type { Registry, ScopeMetrics } from '@homeostat/signals'
import { DELTA } from '@homeostat/signals'
import { DeltaSums } from './delta-sums.ts'
import type { ForeignScope, Snapshot } from './snapshot.ts'

/** Is given each snapshot as it is taken. */
export type SnapshotListener = (snapshot: Snapshot) => void

/** Prometheus's lookback: a reader that delivered nothing for so long has been taken out of use. */
const SILENCE_MS = 300_000

/** Collections kept while no tick takes them; past that the oldest are dropped. */
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
  #pending: ForeignScope[][] = []
  #cumulativeAt = Number.NEGATIVE_INFINITY
  readonly #listeners = new Set<SnapshotListener>()
  #deltaReader: { readonly reader: object; deliveredAt: number } | undefined

  /** Names of the scopes that the tick reads itself. */
  get scopeNames(): ReadonlySet<string> {
    return this.#ownScopes
  }

  constructor(registries: readonly Registry[]) {
    this.#registries = registries
    this.#ownScopes = new Set(registries.map(registry => registry.scope.name))
  }

  /**
   * Hands over what an attached reader has just collected. Our own scopes are dropped: they enter with the tick.
   *
   * Readers of cumulative totals say the same and are all listened to. The sums of a reader of deltas begin when it is
   * attached: beside those totals, or beside another such reader, they would look like a counter that is reset all the
   * time. So it is listened to only where it is alone.
   */
  offer(reader: object, scopes: readonly ScopeMetrics[], at: number): void {
    if (!this.#isListenedTo(reader, scopes, at)) return
    const foreign = scopes
      .filter(({ scope }) => !this.#ownScopes.has(scope.name))
      // Summed here and not at the tick: a collection that is skipped would lose its deltas for good.
      .map(metrics => ({ at, metrics: this.#sums.toCumulative(metrics) }))
    this.#pending.push(foreign)
    if (this.#pending.length > MAX_PENDING) this.#pending.shift()
  }

  collect(now: number): Snapshot {
    const foreign = this.#pending.flat()
    this.#pending = []
    const snapshot = { at: now, own: this.#registries.map(registry => registry.collect(now)), foreign }
    for (const listener of this.#listeners) listener(snapshot)
    return snapshot
  }

  /** Calls the listener with each snapshot from now on. What it throws costs the tick its snapshot: contain it. */
  on(listener: SnapshotListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  #isListenedTo(reader: object, scopes: readonly ScopeMetrics[], at: number): boolean {
    if (!scopes.some(({ metrics }) => metrics.some(metric => metric.aggregationTemporality === DELTA))) {
      this.#cumulativeAt = at
      return true
    }
    if (at - this.#cumulativeAt < SILENCE_MS) return false
    if (this.#deltaReader === undefined || at - this.#deltaReader.deliveredAt > SILENCE_MS) {
      this.#deltaReader = { reader, deliveredAt: at }
    }
    if (this.#deltaReader.reader !== reader) return false
    this.#deltaReader.deliveredAt = at
    return true
  }
}
