import type { StateStore, StateStoreCandidate } from '@homeostat/optimizer'
import {
  chooseStateStore,
  createFileStateStore,
  type ServerEngine,
  StateStoreUnavailableError,
} from '@homeostat/optimizer/engines'
import { ignoreRejection } from '@homeostat/signals'
import { StatePlaceUnknownError } from './state-place-unknown-error.ts'

export interface StatePlacesOptions {
  /** The place that the options name. No other one is used then. @default `folder`, else the first candidate */
  readonly given?: StateStore
  /** The state folder of the service. @default no folder */
  readonly folder?: string
  /** The servers that may keep it and have answered by now: the application's clients are made after Homeostat. */
  readonly candidates: () => readonly StateStoreCandidate[]
  /** The kinds of server that may be chosen, the preferred one first. */
  readonly engines: readonly ServerEngine[]
  readonly onError: (error: unknown) => void
}

/**
 * Keeps state at the server that the options name. If they also name a folder, a file takes its place until the server has
 * answered, and whenever it does not answer.
 */
export class StatePlaces implements AsyncDisposable {
  readonly #options: StatePlacesOptions
  readonly #file: StateStore | undefined
  #server: { readonly id: string; readonly store: StateStore } | undefined
  #lastReason: string | undefined

  constructor(options: StatePlacesOptions) {
    this.#options = options
    this.#file = options.folder === undefined ? undefined : createFileStateStore({ folder: options.folder })
  }

  /** Best first. Another object may represent the same place later; the name identifies it. */
  now(): readonly StateStore[] {
    const { given, onError } = this.#options
    if (given) return [given]
    let server: StateStore | undefined
    try {
      server = this.#chosen()
    } catch (error) {
      onError(error)
    }
    return [server, this.#file].filter(place => place !== undefined)
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
    const { candidates, engines, onError } = this.#options
    const seen = candidates()
    const choice = chooseStateStore(seen, engines)
    if ('none' in choice) {
      void this.#forgetServer()
      // Until a client is in use there is nothing to choose from, and nothing to report.
      if (seen.length > 0 && choice.none !== this.#lastReason)
        onError(new StatePlaceUnknownError(choice.none, this.#file !== undefined))
      this.#lastReason = seen.length > 0 ? choice.none : undefined
      return undefined
    }
    this.#lastReason = undefined
    const { candidate } = choice
    const id = `${candidate.engine} ${candidate.address}`
    if (this.#server?.id !== id) {
      void this.#forgetServer()
      const store = candidate.create()
      if (typeof store?.read !== 'function') {
        // The promise of an async function may reject.
        ignoreRejection(store)
        throw new StateStoreUnavailableError(candidate.engine, 'create() must return a store, and not a promise of one')
      }
      this.#server = { id, store }
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
