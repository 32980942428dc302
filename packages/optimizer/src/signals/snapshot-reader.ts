import type { MetricDefinition } from '@homeostat/semconv'
import type { MetricData, Registry, ScopeMetrics, Temporality } from '@homeostat/signals'
import { CUMULATIVE, DELTA, HISTOGRAM_POINT, SUM_POINT, atOnce, type Steps } from '@homeostat/signals'
import { DeliveryPace } from './delivery-pace.ts'
import { DeltaSums } from './delta-sums.ts'
import { ProviderNumbers } from './provider-numbers.ts'
import type { ForeignScope, Snapshot } from '../words/snapshot.ts'

/** When the readers of one provider delivered. */
interface Heard {
  cumulativeAt: number
  delta: { readonly reader: object; deliveredAt: number } | undefined
}

/** Receives each snapshot as it is taken. */
export type SnapshotListener = (snapshot: Snapshot) => void

/** Prometheus's lookback: a reader that delivered nothing for so long has been taken out of use. */
const SILENCE_MS = 300_000

/** Stands for the provider of readers that come without one. */
const UNKNOWN_PROVIDER = {}

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
  readonly #sums: DeltaSums
  #pending: ForeignScope[][] = []
  readonly #providers = new ProviderNumbers()
  readonly #pace = new DeliveryPace()
  readonly #listeners = new Set<SnapshotListener>()
  /** By number of the provider. */
  readonly #heard = new Map<number, Heard>()

  /** Names of the scopes that the tick reads itself. */
  get scopeNames(): ReadonlySet<string> {
    return this.#ownScopes
  }

  /** The interval at which the slowest attached reader collects; 0 while it is not known. */
  get collectionIntervalMs(): number {
    return this.#pace.slowestMs
  }

  constructor(registries: readonly Registry[]) {
    this.#registries = registries
    this.#sums = new DeltaSums(error => registries[0]?.faults.report('signal', error))
    this.#ownScopes = new Set(registries.map(registry => registry.scope.name))
  }

  /**
   * Hands over what an attached reader has just collected. Our own scopes are dropped: they enter with the tick.
   *
   * Readers of one provider that deliver cumulative totals deliver the same ones, and all are used. The sums of a reader of
   * deltas begin when it is attached: beside those totals, or beside another such reader, they would look like a counter
   * that is reset all the time. So it is used only where it is alone.
   *
   * @param provider - identifies the `MeterProvider` of the reader. @default one for all readers that come without
   */
  offer(reader: object, scopes: readonly ScopeMetrics[], at: number, provider: object = UNKNOWN_PROVIDER): void {
    this.#pace.see(reader, at)
    const number = this.#providers.of(provider, at)
    if (!this.#isListenedTo(reader, scopes, at, number)) return
    const foreign = scopes
      .filter(({ scope }) => !this.#ownScopes.has(scope.name))
      // Summed here and not at the tick: a collection that is skipped would lose its deltas for good.
      .map(metrics => ({ at, metrics: this.#sums.toCumulative(metrics, number, at), reader, provider: number }))
    this.#pending.push(foreign)
    if (this.#pending.length > MAX_PENDING) this.#pending.shift()
  }

  collect(now: number): Snapshot {
    return atOnce(this.collectInSteps(now))
  }

  /** The same in steps, a registry each; what {@link collect} does as well. */
  *collectInSteps(now: number): Steps<Snapshot> {
    const foreign = this.#pending.flat()
    this.#pending = []
    const own: ScopeMetrics[] = []
    for (const registry of this.#registries) {
      own.push(registry.read(now))
      yield
    }
    const snapshot = { at: now, own, foreign }
    for (const listener of this.#listeners) listener(snapshot)
    return snapshot
  }

  /** Reads some of our own metrics, a registry at each step. No listener gets them, and what readers have delivered waits for the tick. */
  *peekInSteps(now: number, wants: (definition: MetricDefinition) => boolean): Steps<ScopeMetrics[]> {
    const own: ScopeMetrics[] = []
    for (const registry of this.#registries) {
      own.push(registry.read(now, wants))
      yield
    }
    return own
  }

  /** Calls the listener with each snapshot from now on. What it throws costs the tick its snapshot: contain it. */
  on(listener: SnapshotListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  #isListenedTo(reader: object, scopes: readonly ScopeMetrics[], at: number, provider: number): boolean {
    let heard = this.#heard.get(provider)
    if (heard === undefined) this.#heard.set(provider, (heard = { cumulativeAt: -Infinity, delta: undefined }))
    const hasSums = (temporality: Temporality): boolean =>
      scopes.some(({ metrics }) =>
        metrics.some(metric => isSum(metric) && metric.aggregationTemporality === temporality),
      )
    if (!hasSums(DELTA)) {
      // A reader of deltas that has delivered nothing yet does not count as a reader of totals.
      if (hasSums(CUMULATIVE)) heard.cumulativeAt = at
      return true
    }
    if (at - heard.cumulativeAt < SILENCE_MS) return false
    if (heard.delta === undefined || at - heard.delta.deliveredAt > SILENCE_MS)
      heard.delta = { reader, deliveredAt: at }
    if (heard.delta.reader !== reader) return false
    heard.delta.deliveredAt = at
    return true
  }
}

/** What a reader may deliver as deltas. Levels are read as a whole whatever the reader prefers. */
function isSum(metric: MetricData): boolean {
  return metric.dataPointType === HISTOGRAM_POINT || (metric.dataPointType === SUM_POINT && metric.isMonotonic)
}

/** What a program has to know of the reader. The time between collections becomes known as they come. */
export function scopesOf(reader: SnapshotReader): {
  readonly ownScopes: SnapshotReader['scopeNames']
  readonly collectionIntervalMs: () => SnapshotReader['collectionIntervalMs']
} {
  return { ownScopes: reader.scopeNames, collectionIntervalMs: () => reader.collectionIntervalMs }
}
