/** A server that the application uses and that could do something for Homeostat too. */
export interface ServerCandidate<T> {
  readonly engine: 'redis' | 'postgres'
  /** Tells servers apart, e.g. `db-1:5432/shop`; no credentials. */
  readonly address: string
  create(): T
}

export type ServerChoice<T> =
  | { readonly candidate: ServerCandidate<T> }
  /** Why there is none, in one line. */
  | { readonly none: string }

/**
 * The application's Redis, else its Postgres, and of several servers of one engine none: what a process has seen so far
 * depends on its work, so that two processes, or two lives of one, would choose differently.
 *
 * @param does - what the server is for, e.g. `coordinates`; to say so when there is none
 */
export function chooseServer<T>(candidates: readonly ServerCandidate<T>[], does: string): ServerChoice<T> {
  for (const engine of ['redis', 'postgres'] as const) {
    const known = candidates.filter(candidate => candidate.engine === engine)
    const [candidate] = known
    if (candidate === undefined) continue
    const addresses = new Set(known.map(({ address }) => address))
    if (addresses.size === 1) return { candidate }
    return { none: `${addresses.size} servers of ${engine} are in use; say which one ${does}` }
  }
  return { none: 'neither a Redis nor a Postgres client has been seen or was given' }
}
