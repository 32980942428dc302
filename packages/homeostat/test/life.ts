import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StateStore, StateStoreCandidate } from '@homeostat/optimizer'
import type { StateSection } from '@homeostat/optimizer/engines'
import { createFileStateStore } from '@homeostat/optimizer/engines'
import { StateKeeper } from '@homeostat/optimizer/parts'
import { StatePlaces } from '../src/state/state-places.ts'

/** Where the section of a life is in a store. */
export const KEY = 'forecasts'

/** What a life has saved in a store. */
export async function savedAt(store: StateStore): Promise<unknown> {
  const text = await store.read(KEY)
  return text && (JSON.parse(text) as { state: { cpu: unknown } }).state.cpu
}

/** The machine that lives of a service run on, one after the other or side by side. */
export interface Machine {
  readonly folder: string
  now: number
}

export async function machine(): Promise<Machine> {
  return { folder: await mkdtemp(join(tmpdir(), 'homeostat-test-')), now: Date.now() }
}

/** A server, as far as a life can tell: a place of its own. */
export class Server {
  readonly store: StateStore
  readonly candidate: StateStoreCandidate
  isAway = false
  /** Stores made for it that were not closed. */
  open = 0

  constructor({ folder }: Machine, engine: 'redis' | 'postgres', host: string) {
    const store = createFileStateStore({ folder: join(folder, host) })
    const reached = async <T>(ask: () => Promise<T>): Promise<T> => {
      if (this.isAway) throw new Error(`${host} is away`)
      return ask()
    }
    this.store = store
    this.candidate = {
      engine,
      address: host,
      create: () => {
        this.open++
        return {
          name: host,
          read: key => reached(() => store.read(key)),
          write: (key, text) => reached(() => store.write(key, text)),
          [Symbol.asyncDispose]: async () => void this.open--,
        }
      },
    }
  }
}

/** One life of a process that learns. */
export class Life {
  learned: unknown
  /** What it was given to restore. */
  readonly offered: unknown[] = []
  #hasLearned = false
  readonly servers: Server[]
  readonly errors: unknown[] = []
  readonly state: StateKeeper
  readonly #places: StatePlaces

  constructor(on: Machine, servers: Server[] = [], given?: StateStore) {
    this.servers = servers
    const onError = (error: unknown): void => void this.errors.push(error)
    const places = (this.#places = new StatePlaces({
      ...(given && { given }),
      folder: on.folder,
      candidates: () => this.servers.map(({ candidate }) => candidate),
      engines: [
        { name: 'redis', title: 'Redis' },
        { name: 'postgres', title: 'Postgres' },
      ],
      onError,
    }))
    const section: StateSection = {
      name: 'forecasts',
      version: 1,
      forgetAfterMs: 90 * 86_400_000,
      snapshot: () => {
        if (this.learned === undefined) return []
        return [{ key: 'cpu', print: JSON.stringify(this.learned), isInUse: true, lines: () => [this.learned] }]
      },
      parse: ([saved]) => saved ?? undefined,
      restore: (_, saved) => {
        this.offered.push(saved)
        // What it has learned itself is more than anybody saved.
        if (!this.#hasLearned) this.learned = saved
      },
    }
    this.state = new StateKeeper({ sections: [section], places, onError, clock: () => on.now })
  }

  static async started(on: Machine, ...servers: Server[]): Promise<Life> {
    const life = new Life(on, servers)
    await life.state.start()
    return life
  }

  async ends(): Promise<void> {
    await this.state.stop()
    await this.#places[Symbol.asyncDispose]()
  }

  async learns(what: unknown): Promise<void> {
    this.learned = what
    this.#hasLearned = true
    await this.state.save()
  }

  /** The application begins to use it. */
  async uses(...servers: Server[]): Promise<void> {
    this.servers.push(...servers)
    await this.state.look()
  }
}
