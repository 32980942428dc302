import { createHash } from 'node:crypto'
import type { StateStore } from '@homeostat/optimizer'
import { StateTooLargeError } from '@homeostat/optimizer/engines'
import { disposeTogether, every, Turns } from '@homeostat/signals'
import { ForeignStateError, seal, unseal } from './saved-state-envelope.ts'
import type { StatePlaces } from './saved-state-places.ts'
import { inTime } from '../time-limit.ts'

/** A state is hours of work, of which a crash may cost minutes. */
const SAVE_EVERY_MS = 300_000
/** How soon a server that the application begins to use is asked what it keeps. */
const LOOK_EVERY_MS = 15_000
/** How long the first tick waits for what was saved; a folder on a network may hang. */
const LONGEST_READ_MS = 2000
/** How long the end waits for the last save, so that whoever waits ten seconds for the end is not kept waiting. */
const LONGEST_SAVE_MS = 9000
/** Also what does not change is written again by then, so that no store forgets it. */
const WRITE_AGAIN_AFTER_MS = 30 * 86_400_000

/** No two clocks of a fleet are so far apart. */
const FAR_AHEAD_MS = 366 * 86_400_000

/** Something that should outlive the process. */
export interface Kept {
  /** The name under which it is kept, e.g. `forecasts`. */
  readonly name: string
  /** JSON; undefined while there is nothing worth keeping. */
  save(): unknown
  /** Takes what another life of the service has saved, unless it knows more itself. It may be called again, with something newer. */
  restore(saved: unknown): void
}

export interface SavedStateOptions {
  readonly kept: Kept
  readonly places: StatePlaces
  readonly onError: (error: unknown) => void
  /** ms since the epoch, by the clock of the process that saved it. */
  readonly clock: () => number
}

/**
 * Keeps something across restarts. The processes of a service share one entry a place, for they are taken to be alike: who
 * saves last is read next.
 *
 * A state that an earlier process saved is found wherever it is: every place is read once, as soon as it is known, before
 * it is first written. Its state counts if it is newer than the one that was read or saved until then. Nothing here rejects.
 */
export class SavedState {
  readonly #options: SavedStateOptions
  /** Names of the places that were asked. One that did not answer is asked again before it is written. */
  readonly #asked = new Set<string>()
  readonly #read = new Set<string>()
  /** When what is known was saved, by whomever. */
  #newestAt = -Infinity
  /** When what was read was saved. */
  #newestReadAt = -Infinity
  #written: { readonly place: string; readonly print: string; readonly at: number } | undefined
  /** Reading and saving take turns. */
  readonly #turns = new Turns()
  #looking: Promise<void> | undefined
  #saving: Promise<void> | undefined
  #timers: readonly Disposable[] = []

  constructor(options: SavedStateOptions) {
    this.#options = options
  }

  /** Takes what was saved, in two seconds or later, and saves from now on every five minutes. */
  async start(): Promise<void> {
    if (this.#timers.length === 0) {
      this.#timers = [every(LOOK_EVERY_MS, () => this.look()), every(SAVE_EVERY_MS, () => this.save())]
    }
    await this.#contained(() => inTime(`reading the ${this.#options.kept.name}`, () => this.look(), LONGEST_READ_MS))
  }

  /** Asks the places that have become known for what they keep. */
  look(): Promise<void> {
    return (this.#looking ??= this.#inTurn(() => this.#askNew()).finally(() => (this.#looking = undefined)))
  }

  /** Saves what has changed since. */
  save(): Promise<void> {
    return (this.#saving ??= this.#inTurn(() => this.#saveChanged()).finally(() => (this.#saving = undefined)))
  }

  /** Saves for the last time, in nine seconds or not at all, and closes the places. */
  async stop(): Promise<void> {
    disposeTogether(...this.#timers)[Symbol.dispose]()
    this.#timers = []
    // A save that runs already may have passed what changed last.
    const last = (): Promise<void> => this.#inTurn(() => this.#saveChanged())
    await this.#contained(() => inTime(`saving the ${this.#options.kept.name}`, last, LONGEST_SAVE_MS))
    await this.#contained(() => this.#options.places[Symbol.asyncDispose]())
  }

  async #askNew(): Promise<void> {
    const places = this.#options.places.now().filter(({ name }) => !this.#asked.has(name))
    // At once: a server that hangs does not keep the file.
    await Promise.all(places.map(place => this.#contained(() => this.#take(place))))
  }

  async #take(place: StateStore): Promise<void> {
    const { kept } = this.#options
    this.#asked.add(place.name)
    try {
      const text = await place.read(kept.name)
      this.#read.add(place.name)
      if (text === undefined) return
      const saved = unseal(text)
      if (!saved) throw new ForeignStateError(kept.name, place.name)
      // One from far ahead, by a clock that was wrong or by somebody else's hand, must not outlast all that comes.
      const savedAt = Math.min(saved.savedAt, this.#options.clock() + FAR_AHEAD_MS)
      this.#newestAt = Math.max(savedAt, this.#newestAt)
      // A state that this process saved elsewhere itself does not count: it may know less.
      if (savedAt <= this.#newestReadAt) return
      this.#newestReadAt = savedAt
      kept.restore(saved.state)
    } catch (error) {
      if (error instanceof StateTooLargeError) this.#read.add(place.name)
      throw error
    }
  }

  /** In the best place that takes it. */
  async #saveChanged(): Promise<void> {
    for (const place of this.#options.places.now()) if (await this.#saveAt(place)) return
  }

  async #saveAt(place: StateStore): Promise<boolean> {
    const { kept, places, clock } = this.#options
    const isSaved = await this.#contained(async () => {
      if (!this.#read.has(place.name)) await this.#contained(() => this.#take(place))
      // It may keep something better than what would be written over it.
      if (!this.#read.has(place.name)) return false
      const state = JSON.stringify(kept.save())
      if (state === undefined) return true
      // The newer of two texts has to be the one that was based on the other, whatever the clocks of their hosts show.
      const at = Math.max(clock(), this.#newestAt + 1)
      const print = createHash('sha256').update(state).digest('base64')
      const written = this.#written
      const isOld = at - (written?.at ?? 0) > WRITE_AGAIN_AFTER_MS
      if (written?.place === place.name && written.print === print && !isOld) return true
      await place.write(kept.name, seal(state, at))
      this.#written = { place: place.name, print, at }
      this.#newestAt = at
      return true
    })
    if (!isSaved) places.forget(place)
    return isSaved ?? false
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    return this.#turns.take('state', () => this.#contained(work))
  }

  async #contained<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      this.#options.onError(error)
      return undefined
    }
  }
}
