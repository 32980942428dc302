import type { ReadContext } from '../positions/read-context.ts'
import type { RoutablePool } from './driver-shapes.ts'
import { loadOf } from './pool-load.ts'
import type { PositionMonitor } from './position-monitor.ts'
import type { Replica } from './replica.ts'
import type { PlaceRefusal } from './routing-counts.ts'

/** What a choice depends on. */
export interface ChoiceTerms {
  readonly context: ReadContext
  readonly now: number
  /** How old the data may be that a read shows, in milliseconds. */
  readonly maxLagMs: number
  /** The last event that concerns every context. */
  readonly everyone: number
  /** Whether a read must show what earlier reads of its context have shown. */
  readonly isMonotonic: boolean
}

/** Chooses the replica for each read. A choice allocates nothing. */
export class ReplicaChoice {
  readonly #replicas: readonly Replica[]
  readonly #monitor: PositionMonitor
  readonly #primary: RoutablePool
  #turn = 0

  constructor(replicas: readonly Replica[], monitor: PositionMonitor, primary: RoutablePool) {
    this.#primary = primary
    this.#replicas = replicas
    this.#monitor = monitor
  }

  /**
   * The replica with the fewest calls per connection of those that may answer, the context's last one before others; else why there is
   * none. Each replica is compared by its own position: that one has caught up says nothing about another. Where no connection is free,
   * it waits where fewer calls wait for each.
   */
  choose(terms: ChoiceTerms): Replica | PlaceRefusal {
    const { context, now, maxLagMs, isMonotonic } = terms
    const { ring, timeline } = this.#monitor
    if (timeline === '') return 'no_replica'
    const isSettled = context.settle(ring, terms.everyone)
    let chosen: Replica | undefined
    let least = Number.POSITIVE_INFINITY
    let refusal: PlaceRefusal = 'no_replica'
    this.#turn++
    const count = this.#replicas.length
    for (let offset = 0; offset < count; offset++) {
      const replica = this.#replicas[(offset + this.#turn) % count]!
      if (!replica.isUsable(timeline) || !replica.breaker.allows(now)) continue
      // Also where it is not known.
      if (!(replica.lagMs(now) <= maxLagMs)) {
        if (refusal === 'no_replica') refusal = 'lag'
        continue
      }
      if (!isSettled || (isMonotonic ? !context.allows(replica.life, ring) : replica.position < context.floor)) {
        refusal = 'behind'
        continue
      }
      const load = loadOf(replica.pool)
      if (isMonotonic && load < 1 && context.hasRead(replica.life)) return replica
      if (load >= least) continue
      chosen = replica
      least = load
    }
    if (chosen === undefined && refusal === 'behind') context.lowerTo(ring)
    if (chosen !== undefined && least >= 1 && least > loadOf(this.#primary)) return 'busy'
    return chosen ?? refusal
  }
}
