import type { LevelSeries, Registry } from '@homeostat/signals'
import { attributes as a, metrics } from '@homeostat/semconv'
import type { PlaceRefusal } from './pool/routing-counts.ts'
import { knownReplicaPools } from './replica-pools-of-process.ts'
import type { ReplicaRouting } from './replica-routing.ts'

/** What was exported of a routed pool so far. */
interface Exported {
  readonly counts: Map<string, number>
  reads: number
  onReplicas: number
}

/** Refusals of statements that only read. */
const READS: readonly PlaceRefusal[] = ['wrapped', 'session', 'weight', 'behind', 'lag', 'busy', 'no_replica']

/** Writes what the routed pools of this process have done into the series of a registry. */
export class ReplicaSeries {
  readonly #registry: Registry
  readonly #exported = new WeakMap<ReplicaRouting, Exported>()
  readonly #lags = new Map<string, LevelSeries>()

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Reads numbers only. */
  observe(): void {
    const pools = knownReplicaPools()
    if (pools.size === 0 && this.#lags.size === 0) return
    const seen = new Set<string>()
    let reads = 0
    let onReplicas = 0
    for (const routing of pools) {
      const exported = this.#exportedOf(routing)
      const before = { reads: exported.reads, onReplicas: exported.onReplicas }
      this.#observe(routing, exported, seen)
      reads += exported.reads - before.reads
      onReplicas += exported.onReplicas - before.onReplicas
      this.#registry.level(metrics.replicaWeight).with({}).set(routing.weight)
    }
    if (reads > 0)
      this.#registry
        .level(metrics.replicaOffload)
        .with({})
        .set(onReplicas / reads)
    for (const [name, series] of this.#lags) {
      if (seen.has(name)) continue
      series.remove()
      this.#lags.delete(name)
    }
  }

  #exportedOf(routing: ReplicaRouting): Exported {
    const known = this.#exported.get(routing)
    if (known) return known
    const exported = { counts: new Map<string, number>(), reads: 0, onReplicas: 0 }
    this.#exported.set(routing, exported)
    return exported
  }

  #observe(routing: ReplicaRouting, exported: Exported, seen: Set<string>): void {
    const { counts } = routing
    const registry = this.#registry
    const grow = (key: string, value: number, add: (grown: number) => void): void => {
      const grown = value - (exported.counts.get(key) ?? 0)
      if (grown <= 0) return
      exported.counts.set(key, value)
      add(grown)
    }
    for (const { name, lagMs, answered } of routing.replicas) {
      grow(`reads ${name}`, answered, grown =>
        registry
          .counter(metrics.replicaReads)
          .with({ [a.dbPoolName]: name })
          .add(grown),
      )
      if (lagMs === undefined) continue
      const lag = this.#lags.get(name) ?? registry.level(metrics.replicaLag).with({ [a.dbPoolName]: name })
      this.#lags.set(name, lag)
      lag.set(lagMs / 1000)
      seen.add(name)
    }
    for (const [reason, count] of counts.refused)
      grow(`refused ${reason}`, count, grown =>
        registry
          .counter(metrics.replicaRefusals)
          .with({ [a.replicaRefusal]: reason })
          .add(grown),
      )
    grow('retried', counts.retried, grown => registry.counter(metrics.replicaRetries).with({}).add(grown))
    grow('promotions', routing.promotions, grown => registry.counter(metrics.replicaPromotions).with({}).add(grown))
    grow('waited', counts.waited, grown => registry.counter(metrics.replicaWaits).with({}).add(grown))
    grow('waited seconds', counts.waitedSeconds, grown => registry.counter(metrics.replicaWaited).with({}).add(grown))
    for (const arm of ['act', 'control'] as const) {
      const { reads, seconds } = routing.halves[arm]
      grow(`reads of ${arm}`, reads, grown =>
        registry
          .counter(metrics.replicaTrialReads)
          .with({ [a.trialArm]: arm })
          .add(grown),
      )
      grow(`seconds of ${arm}`, seconds, grown =>
        registry
          .counter(metrics.replicaTrialDuration)
          .with({ [a.trialArm]: arm })
          .add(grown),
      )
    }
    exported.onReplicas = counts.routed
    exported.reads =
      counts.routed + counts.retried + READS.reduce((sum, reason) => sum + (counts.refused.get(reason) ?? 0), 0)
  }
}
