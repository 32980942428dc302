import type { Coordinator } from './coordinator.ts'

/** A server that the application uses and that its processes could coordinate through. */
export interface CoordinatorCandidate {
  readonly engine: 'redis' | 'postgres'
  /** Tells servers apart, e.g. `db-1:5432/shop`; no credentials. */
  readonly address: string
  create(): Coordinator
}

export type CoordinatorChoice =
  | { readonly candidate: CoordinatorCandidate }
  /** Why there is none, in one line. */
  | { readonly none: string }

/**
 * The server to coordinate through: the application's Redis, else its Postgres.
 *
 * All processes have to choose the same one, for two coordinators are none. What a process has seen so far depends on its
 * work, so several servers of one engine are no choice at all: somebody has to say which.
 */
export function chooseCoordinator(candidates: readonly CoordinatorCandidate[]): CoordinatorChoice {
  for (const engine of ['redis', 'postgres'] as const) {
    const known = candidates.filter(candidate => candidate.engine === engine)
    const [candidate] = known
    if (candidate === undefined) continue
    const addresses = new Set(known.map(({ address }) => address))
    if (addresses.size === 1) return { candidate }
    return { none: `${addresses.size} servers of ${engine} are in use; say which one coordinates` }
  }
  return { none: 'neither a Redis nor a Postgres client has been seen or was given' }
}
