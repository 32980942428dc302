import { BoundedMap } from '@homeostat/signals'
import type { Origin } from './origin.ts'
import type { Origins } from './origins.ts'

/** Agents that are followed; an application that makes one per request has not lost anything by more. */
const MOST_AGENTS = 100
const MOST_KEYS = 1000

/** The parts of an `http.Agent` that are read: https://nodejs.org/api/http.html#class-httpagent. */
interface AgentShape {
  readonly protocol?: unknown
  readonly maxSockets?: unknown
  readonly sockets?: Lists
  readonly freeSockets?: Lists
}

type Lists = Readonly<Record<string, readonly unknown[] | undefined>>

/** The pools of `node:http` that have sent requests. They are not kept alive, and are only read. */
export class Agents {
  readonly #agents = new BoundedMap<WeakRef<AgentShape>, undefined>(MOST_AGENTS, agent =>
    this.#known.delete(agent.deref() ?? {}),
  )
  readonly #known = new WeakSet<object>()
  /** By the key of a pool: `host:port:localAddress`, and for TLS much more. */
  readonly #origins = new BoundedMap<string, Origin | undefined>(MOST_KEYS)

  add(agent: object): void {
    if (this.#known.has(agent)) return
    this.#known.add(agent)
    this.#agents.set(new WeakRef(agent), undefined)
  }

  /** Counts anew what the pools hold, by origin. */
  read(origins: Origins): void {
    for (const { agents } of origins.all()) agents.active = agents.idle = agents.limit = 0
    for (const reference of this.#agents.keys()) {
      const agent = reference.deref()
      if (agent === undefined) this.#agents.delete(reference)
      else this.#readAgent(agent, origins)
    }
  }

  clear(): void {
    this.#agents.clear()
  }

  #readAgent({ protocol, maxSockets, sockets, freeSockets }: AgentShape, origins: Origins): void {
    const scheme = protocol === 'https:' ? 'https' : 'http'
    const limited = new Set<Origin>()
    const count = (lists: Lists | undefined, part: 'active' | 'idle'): void => {
      for (const key in lists) {
        const origin = this.#originOf(scheme, key, origins)
        if (origin === undefined) continue
        origin.agents[part] += lists[key]?.length ?? 0
        limited.add(origin)
      }
    }
    count(sockets, 'active')
    count(freeSockets, 'idle')
    if (typeof maxSockets === 'number' && Number.isFinite(maxSockets))
      for (const { agents } of limited) agents.limit += maxSockets
  }

  #originOf(scheme: string, key: string, origins: Origins): Origin | undefined {
    const cached = `${scheme} ${key}`
    if (this.#origins.has(cached)) return this.#origins.get(cached)
    for (const origin of origins.all()) {
      const { name } = origin
      if (name.scheme === scheme && key.startsWith(`${name.address}:${name.port}:`)) {
        this.#origins.set(cached, origin)
        return origin
      }
    }
    return undefined
  }
}
