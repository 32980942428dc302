import type { ServerCandidate } from '../words/server-candidate.ts'

/** The identity that a server reports. */
export interface ServerIdentity {
  /** The same for all addresses of one place, e.g. the run id of a Redis and the number of a database. */
  readonly id: string
  /** Whether it takes writes; a replica does not. */
  readonly isWritable: boolean
}

/** Options of {@link ServerIdentities}. */
export interface ServerIdentitiesOptions<Client extends object> {
  /** Asks the server; undefined where it does not say, e.g. because the user has no right to ask. */
  readonly ask: (client: Client) => Promise<ServerIdentity | undefined>
  readonly onError: (error: unknown) => void
}

/** After a failure, a server is asked again no sooner. */
const ASK_AGAIN_MS = 60_000

/**
 * Finds out which of the application's clients lead to one server. Servers are asked only where addresses differ, in the
 * background, and once a client.
 */
export class ServerIdentities<Client extends object> {
  readonly #options: ServerIdentitiesOptions<Client>
  readonly #known = new WeakMap<Client, ServerIdentity>()
  readonly #askedAt = new WeakMap<Client, number>()

  constructor(options: ServerIdentitiesOptions<Client>) {
    this.#options = options
  }

  /** Gives candidates of one server one identity and leaves out what is known to be a replica. */
  tellApart<T>(found: readonly (readonly [Client, ServerCandidate<T>])[]): readonly ServerCandidate<T>[] {
    const places = new Set(found.map(([, { address }]) => placeOf(address)))
    if (places.size > 1) for (const [client] of found) this.#ask(client)
    // The answer to one client counts for every client of the same address.
    const idOf = new Map<string, string>()
    for (const [client, { address }] of found) {
      const known = this.#known.get(client)
      if (known) idOf.set(placeOf(address), known.id)
    }
    return found
      .filter(([client]) => this.#known.get(client)?.isWritable ?? true)
      .map(([, candidate]) => {
        const place = placeOf(candidate.address)
        return { ...candidate, identity: idOf.get(place) ?? place }
      })
  }

  #ask(client: Client): void {
    if (this.#known.has(client) || performance.now() - (this.#askedAt.get(client) ?? -Infinity) < ASK_AGAIN_MS) return
    this.#askedAt.set(client, performance.now())
    void this.#options.ask(client).then(
      identity => identity && this.#known.set(client, identity),
      error => this.#options.onError(error),
    )
  }
}

/** One spelling for the addresses of this host, `localhost:6379/0` for example. */
function placeOf(address: string): string {
  return address
    .replace(/^(?:127(?:\.\d{1,3}){3}|\[?::1\]?|\[?::ffff:127(?:\.\d{1,3}){3}\]?)(?=:\d)/i, 'localhost')
    .toLowerCase()
}
