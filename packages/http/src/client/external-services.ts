import { performance } from 'node:perf_hooks'
import { disposeTogether, type Registry } from '@homeostat/signals'
import { Agents } from './agents.ts'
import { DEFAULT_MAX_ORIGINS, type ClientOptions } from './client-options.ts'
import { followLookups } from './dns-lookups.ts'
import { OutgoingRequests } from './outgoing-request.ts'
import { followNodeHttp } from './node-requests.ts'
import type { Origin, UndiciLevels } from './origin.ts'
import { OpenSockets } from './open-sockets.ts'
import { Origins } from './origins.ts'
import { UndiciPools } from './undici-pools.ts'
import { followUndici } from './undici-requests.ts'

const NOTHING: Readonly<UndiciLevels> = { active: 0, idle: 0, queued: 0 }

/** The services that the application calls, by origin: what their requests, connections and lookups show. */
export class ExternalServices {
  readonly origins: Origins
  readonly #registry: Registry
  readonly #sockets = new OpenSockets()
  readonly #agents = new Agents()
  readonly #pools = new UndiciPools()

  constructor(registry: Registry, { maxOrigins = DEFAULT_MAX_ORIGINS }: ClientOptions = {}) {
    this.#registry = registry
    this.origins = new Origins(registry, maxOrigins)
  }

  /** Measures until it is disposed of. */
  follow(): Disposable {
    const registry = this.#registry
    const report = (error: unknown): void => registry.faults.report('signal', error)
    const parts = { origins: this.origins, requests: new OutgoingRequests(), report }
    return disposeTogether(
      followUndici({ ...parts, sockets: this.#sockets }),
      followNodeHttp({ ...parts, agents: this.#agents }),
      this.#pools.find(report),
      followLookups(registry, this.origins, report),
      registry.observe(() => this.#observe()),
      { [Symbol.dispose]: () => this.#forget() },
    )
  }

  /**
   * Reads a pool that no hook can find, since a bundler has put its library into one file: a `Pool` of undici or an `http.Agent`.
   *
   * @returns false for anything else
   */
  add(object: object): boolean {
    if (isAgent(object)) this.#agents.add(object)
    else return this.#pools.add(object)
    return true
  }

  #observe(): void {
    const nowMs = performance.now()
    const levels = new Map<Origin, UndiciLevels>()
    const levelsOf = (origin: Origin): UndiciLevels => {
      let own = levels.get(origin)
      if (own === undefined) levels.set(origin, (own = { active: 0, idle: 0, queued: 0 }))
      return own
    }
    this.#agents.read(this.origins)
    this.#sockets.count(levelsOf)
    this.#pools.count(this.origins, levelsOf)
    for (const origin of this.origins.all()) origin.observe(nowMs, levels.get(origin) ?? NOTHING)
  }

  /** Nobody follows a request to its end from here on, so the levels begin anew. */
  #forget(): void {
    this.#sockets.clear()
    this.#agents.clear()
    for (const origin of this.origins.all()) origin.restart()
  }
}

function isAgent(object: object): boolean {
  const { sockets, freeSockets } = object as { readonly sockets?: unknown; readonly freeSockets?: unknown }
  return typeof sockets === 'object' && typeof freeSockets === 'object'
}
