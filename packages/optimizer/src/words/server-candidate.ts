/** The kinds of server that Homeostat can keep something at. */
export type ServerEngine = 'redis' | 'postgres'

const NAMES: Readonly<Record<ServerEngine, string>> = { redis: 'Redis', postgres: 'Postgres' }

/** A server that the application uses and that could do something for Homeostat too. It has answered already. */
export interface ServerCandidate<T> {
  readonly engine: ServerEngine
  /** For people, and the same whenever the place is, e.g. `db-1:5432/shop`; no credentials. */
  readonly address: string
  /**
   * What the server says of itself: two addresses of one identity are one place, e.g. `localhost` and `127.0.0.1`.
   * @default the address
   */
  readonly identity?: string
  create(): T
}

/** The server that was chosen among those in use, or why there is none. */
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
    const places = new Map(known.map(({ address, identity = address }) => [identity, address]))
    if (places.size === 1) return { candidate }
    const addresses = [...places.values()].toSorted().join(', ')
    return { none: `${places.size} ${NAMES[engine]} servers are in use (${addresses}); choose the one that ${does}` }
  }
  return { none: 'no Redis or Postgres client of this process has had an answer from its server yet' }
}
