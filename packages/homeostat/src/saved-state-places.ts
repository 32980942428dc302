import type { StateStore, StateStoreCandidate } from '@homeostat/optimizer'
import { chooseStateStore, createFileStateStore } from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import { stateFolderOf } from './automation.ts'
import type { DomainWithMode } from './modes.ts'
import type { HomeostatOptions } from './options.ts'
import { warn, type Warn } from './warn.ts'

export interface StatePlacesOptions {
  /** The one place, when somebody has named it; then no other is used. */
  readonly given?: StateStore
  /** The state folder of the service. */
  readonly folder: string
  /** The servers that the application was seen to use by now: its clients are made after Homeostat. */
  readonly candidates: () => readonly StateStoreCandidate[]
  readonly warn: Warn
  readonly onError: (error: unknown) => void
}

/**
 * Where state is kept now: the Redis that the application uses, else its Postgres, and behind it a file, for as long as no
 * server is seen and for when it does not answer.
 */
export class StatePlaces implements AsyncDisposable {
  readonly #options: StatePlacesOptions
  readonly #file: StateStore
  #server: { readonly id: string; readonly store: StateStore } | undefined
  #hasWarned = false

  constructor(options: StatePlacesOptions) {
    this.#options = options
    this.#file = createFileStateStore({ folder: options.folder })
  }

  /** Best first. Another object may stand for the same place another time; its name tells. */
  now(): readonly StateStore[] {
    const { given, onError } = this.#options
    if (given) return [given]
    try {
      const server = this.#chosen()
      if (server) return [server, this.#file]
    } catch (error) {
      onError(error)
    }
    return [this.#file]
  }

  /** Makes a new one for that place the next time: the application may have closed what this one works with. */
  forget(store: StateStore): void {
    if (this.#server?.store === store) void this.#forgetServer()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#forgetServer()
    await this.#options.given?.[Symbol.asyncDispose]()
  }

  #chosen(): StateStore | undefined {
    const { candidates, warn } = this.#options
    const seen = candidates()
    const choice = chooseStateStore(seen)
    if ('none' in choice) {
      void this.#forgetServer()
      if (seen.length > 0 && !this.#hasWarned)
        warn(`${choice.none} in the option stateStore; until then it is kept in a file, see stateDir`)
      this.#hasWarned ||= seen.length > 0
      return undefined
    }
    const { candidate } = choice
    const id = `${candidate.engine} ${candidate.address}`
    if (this.#server?.id !== id) {
      void this.#forgetServer()
      this.#server = { id, store: candidate.create() }
    }
    return this.#server?.store
  }

  async #forgetServer(): Promise<void> {
    const store = this.#server?.store
    this.#server = undefined
    try {
      await store?.[Symbol.asyncDispose]()
    } catch (error) {
      this.#options.onError(error)
    }
  }
}

export interface StatePlacesContext {
  readonly options: HomeostatOptions
  readonly domains: readonly DomainWithMode[]
  readonly service: string
  readonly faults: Faults
  /** Whether any action may run. Where none may, no table is made in a database. */
  readonly mayAct: boolean
}

/** Who names a place, be it a store or a folder, has chosen. */
export function statePlacesOf({ options, domains, service, faults, mayAct }: StatePlacesContext): StatePlaces {
  const { stateStore, stateDir, environment = process.env } = options
  const isFile = stateStore === 'file' || Boolean(stateDir ?? environment['HOMEOSTAT_STATE_DIR'])
  const servers = (): StateStoreCandidate[] => domains.flatMap(([domain]) => domain.stateStores?.(service) ?? [])
  return new StatePlaces({
    ...(typeof stateStore === 'object' && { given: stateStore }),
    folder: stateFolderOf(options, service),
    candidates: () => (isFile ? [] : servers().filter(({ engine }) => mayAct || engine === 'redis')),
    warn,
    onError: error => faults.report('source', error),
  })
}
