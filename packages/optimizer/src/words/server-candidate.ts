/**
 * A kind of server that can do something for Homeostat, e.g. `{ name: 'redis', title: 'Redis' }`. A domain provides it, together
 * with the servers of that kind that the application uses.
 */
export interface ServerEngine {
  /** The value of the options `coordinator` and `stateStore` that chooses it: a letter, then letters, digits, `-` or `_`. */
  readonly name: string
  /** What people call it. */
  readonly title: string
}

/** A server that the application uses and that could do something for Homeostat too. It has answered already. */
export interface ServerCandidate<T> {
  /** The name of its {@link ServerEngine}. */
  readonly engine: string
  /** For people, and the same whenever the place is, e.g. `db-1:5432/shop`; no credentials. */
  readonly address: string
  /**
   * The identity that the server reports: two addresses of one identity are one place, e.g. `localhost` and `127.0.0.1`.
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
 * Chooses the server of the first engine that is in use. Among several servers of one engine it chooses none: which of them a
 * process has used by now depends on its work, so two processes, or two lives of one, would choose differently.
 *
 * @param engines - what may be chosen, the preferred one first; a candidate of another engine is not chosen
 * @param does - what the server is for, e.g. `coordinates`; for the reason when there is none
 */
export function chooseServer<T>(
  candidates: readonly ServerCandidate<T>[],
  engines: readonly ServerEngine[],
  does: string,
): ServerChoice<T> {
  for (const { name, title } of engines) {
    const known = candidates.filter(({ engine }) => engine === name)
    const [candidate] = known
    if (candidate === undefined) continue
    const places = new Map(known.map(({ address, identity = address }) => [identity, address]))
    if (places.size === 1) return { candidate }
    const addresses = [...places.values()].toSorted().join(', ')
    return { none: `${places.size} ${title} servers are in use (${addresses}); choose the one that ${does}` }
  }
  if (engines.length === 0) return { none: 'no package in use provides a kind of server to choose from' }
  const titles = engines.map(({ title }) => title).join(' or ')
  return { none: `no ${titles} client of this process has had an answer from its server yet` }
}
