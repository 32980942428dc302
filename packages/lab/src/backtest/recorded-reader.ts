import type { Scope, ScopeMetrics, Steps } from '@homeostat/signals'
import { SnapshotReader, type ForeignScope } from '@homeostat/optimizer/parts'
import type { Snapshot } from '@homeostat/optimizer'

/** Replays recorded snapshots to an optimizer, for which they are the same as live ones. */
export class RecordedReader extends SnapshotReader {
  readonly #ownScopes: ReadonlySet<string>
  #own: readonly ScopeMetrics[] = []
  #foreign: readonly ForeignScope[] = []

  /** @param ownScopes - the scopes that were read at each tick when the recording was made */
  constructor(ownScopes: readonly Pick<Scope, 'name'>[]) {
    super([])
    this.#ownScopes = new Set(ownScopes.map(({ name }) => name))
  }

  override get scopeNames(): ReadonlySet<string> {
    return this.#ownScopes
  }

  /** Lays a snapshot ready for the next collection. */
  play({ own, foreign }: Snapshot): void {
    this.#own = own
    this.#foreign = foreign
  }

  /** The snapshot that was laid ready, once: a collection that was not recorded is not made up. */
  // oxlint-disable-next-line require-yield -- there is nothing to rest from
  override *collectInSteps(now: number): Steps<Snapshot> {
    const snapshot = { at: now, own: this.#own, foreign: this.#foreign }
    this.#own = []
    this.#foreign = []
    return snapshot
  }
}
