import { randomUUID } from 'node:crypto'
import { disposeTogether, every, Turns } from '@homeostat/signals'
import type { StateSection } from '../words/state-section.ts'
import type { StateStore } from '../words/state-store.ts'
import { StateLeftOutError } from './errors.ts'
import { SectionKeeper } from './section-keeper.ts'

/** A state is hours of work; a crash may cost minutes of it. */
const SAVE_EVERY_MS = 300_000
/** A server that the application begins to use is read within this time. */
const LOOK_EVERY_MS = 15_000
/** All sections together: 8 MB. */
const MOST_TEXTS = 8

/** The places that keep state now. */
export interface StatePlaces {
  /** Best first. The same place may be another object the next time; its name stays. */
  now(): readonly StateStore[]
  /** Makes a new object for that place the next time: the application may have closed what this one works with. */
  forget(store: StateStore): void
}

export interface StateKeeperOptions {
  /** Together they have at most 8 texts; a section beyond that is reported and not kept. */
  readonly sections: readonly StateSection[]
  readonly places: StatePlaces
  readonly onError: (error: unknown) => void
  /** ms since the epoch, comparable between processes. */
  readonly clock: () => number
}

/**
 * Keeps sections of state across restarts, on one schedule. The processes of a service share one entry per key, because
 * they are taken to be alike: the entry that is saved last is read next, unless its section says that another one outweighs it.
 *
 * An entry that an earlier process saved is found wherever it is: every place is read once, as soon as it is known, and in
 * any case before it is first written. The newest entry read counts. A section that fails or is damaged does not
 * affect the others. Nothing here rejects.
 */
export class StateKeeper {
  readonly #options: StateKeeperOptions
  readonly #sections: readonly SectionKeeper[]
  /** Names of the places that were asked. One that did not answer is asked again before it is written. */
  readonly #asked = new Set<string>()
  /** Reading and saving take turns. */
  readonly #turns = new Turns()
  #hasReadEarlier = false
  #looking: Promise<void> | undefined
  #saving: Promise<void> | undefined
  #timers: readonly Disposable[] = []

  constructor(options: StateKeeperOptions) {
    this.#options = options
    const savedBy = randomUUID()
    let room = MOST_TEXTS
    this.#sections = options.sections.flatMap(section => {
      room -= section.texts ?? 1
      if (room >= 0) return [new SectionKeeper({ ...options, section, savedBy })]
      options.onError(new StateLeftOutError(section.name, `all sections together may have ${MOST_TEXTS} texts`))
      return []
    })
  }

  /** Takes what was saved, and saves from now on every five minutes. */
  start(): Promise<void> {
    if (this.#timers.length === 0)
      this.#timers = [every(LOOK_EVERY_MS, () => this.look()), every(SAVE_EVERY_MS, () => this.save())]
    return this.look()
  }

  /** Reads the places that have become known. */
  look(): Promise<void> {
    return (this.#looking ??= this.#inTurn(() => this.#readNew()).finally(() => (this.#looking = undefined)))
  }

  /** Saves what has changed since. */
  save(): Promise<void> {
    return (this.#saving ??= this.#inTurn(() => this.#saveChanged()).finally(() => (this.#saving = undefined)))
  }

  /** Saves for the last time; does nothing if the keeper was not started. */
  async stop(): Promise<void> {
    if (this.#timers.length === 0) return
    disposeTogether(...this.#timers)[Symbol.dispose]()
    this.#timers = []
    // A save that runs already may have missed the last changes.
    await this.#inTurn(() => this.#saveChanged())
  }

  async #readNew(): Promise<void> {
    const places = this.#options.places.now().filter(({ name }) => !this.#asked.has(name))
    const earlier = this.#hasReadEarlier ? [] : this.#sections
    this.#hasReadEarlier = true
    // At once: a server that hangs does not delay the file.
    await Promise.all([
      ...earlier.map(section => this.#contained(() => section.readEarlier())),
      ...places.map(place => this.#readPlace(place)),
    ])
  }

  async #readPlace(place: StateStore): Promise<void> {
    this.#asked.add(place.name)
    // If one section gets no answer, the others would wait in vain.
    for (const section of this.#sections) if (!(await this.#contained(() => section.read(place)))) return
  }

  /** Saves each section in the best place that takes it. */
  async #saveChanged(): Promise<void> {
    const { places } = this.#options
    const failed = new Set<StateStore>()
    const all = places.now()
    for (const section of this.#sections)
      for (const place of all) {
        if (failed.has(place)) continue
        if (await this.#contained(() => section.save(place))) break
        failed.add(place)
        places.forget(place)
      }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    return this.#turns.take('state', async () => void (await this.#contained(work)))
  }

  /** False if the work failed; the failure is reported. */
  async #contained(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      this.#options.onError(error)
      return false
    }
  }
}
