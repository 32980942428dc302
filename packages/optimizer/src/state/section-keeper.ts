import { counted, sleep, Turns, SlicedWork, type Steps } from '@homeostat/signals'
import type { EarlierEntry, StateEntry, StateSection } from '../words/state-section.ts'
import type { StateStore } from '../words/state-store.ts'
import { ContainedSection } from './contained-section.ts'
import { ForeignStateError, StateLeftOutError, StateTooLargeError } from './errors.ts'
import { fitIn, type Candidate } from './fit-in.ts'
import { digestOf } from './service-scope.ts'
import { MAX_STATE_BYTES } from './state-size.ts'
import { contentOf, textOf, type TextContent, type WrittenEntry } from './state-text.ts'

const SLICE_MS = 2
const DAY_MS = 86_400_000
/** The most bytes of a text beside its entries. */
const MOST_HEAD_BYTES = 200
/** An entry in use that does not change is written again by then, so that no place forgets it. */
const WRITE_AGAIN_AFTER_MS = 30 * DAY_MS
/** A text is read again after it was written, and completed where another process has written over it, so often at most. */
const MOST_ROUNDS = 3
/** No two clocks of a fleet are so far apart. */
const FAR_AHEAD_MS = 366 * DAY_MS

export interface SectionKeeperOptions<T> {
  readonly section: StateSection<T>
  /** This process, by a random id. */
  readonly savedBy: string
  readonly onError: (error: unknown) => void
  /** ms since the epoch, comparable between processes. */
  readonly clock: () => number
}

/** An entry as the places have it, as far as this process knows. */
interface Seen {
  /** Its stamp when it was last read or written. */
  readonly savedAt: number
  readonly savedBy: string
  /** Its print at that time; the print now differs if the entry has changed since. */
  readonly print: string | undefined
  /** The same at the last reading: an entry that this process wrote itself may hold less than another place has. */
  readonly readAt: number
  readonly readPrint: string | undefined
}

/** An entry that was read; only an earlier one has a checked value. */
type Read<T> = WrittenEntry | (EarlierEntry<T> & { readonly savedBy: string })

const UNSEEN: Seen = { savedAt: 0, savedBy: '', print: undefined, readAt: -Infinity, readPrint: undefined }

/** Keeps one section: reads it from each place, and writes what has changed. */
export class SectionKeeper<T = unknown> {
  readonly #options: SectionKeeperOptions<T>
  readonly #section: ContainedSection<T>
  readonly #texts: number
  #seen = new Map<string, Seen>()
  /** Names of the places that have answered. */
  readonly #read = new Set<string>()
  readonly #turns = new Turns()
  #hasReportedRoom = false

  constructor(options: SectionKeeperOptions<T>) {
    this.#options = options
    this.#section = new ContainedSection(options.section, options.onError)
    this.#texts = options.section.texts ?? 1
  }

  /**
   * Takes the entries of a place. It leaves out those that are not valid and reports them in one error.
   *
   * @throws StateStoreUnavailableError, and whatever else a store throws
   */
  async read(place: StateStore): Promise<void> {
    const { section, onError } = this.#options
    const found: TextContent[] = []
    for (let index = 0; index < this.#texts; index++) found.push(await this.#contentAt(place, index, onError))
    this.#read.add(place.name)
    const damagedTexts = found.filter(({ isDamaged }) => isDamaged).length
    const entries = found.flatMap(content => content.entries)
    const damagedEntries = await this.#take(entries)
    const damaged = [
      ...(damagedTexts === 0 ? [] : [counted(damagedTexts, 'text')]),
      ...(damagedEntries === 0 ? [] : [counted(damagedEntries, 'entry', 'entries')]),
    ]
    if (damaged.length > 0) onError(new ForeignStateError(section.name, place.name, damaged.join(' and ')))
  }

  /**
   * Writes the entries that have changed, and those that the place does not have: it may be another place than the last time,
   * or have lost something. A place is read before it is first written, because its entries may outweigh ours.
   *
   * @throws StateStoreUnavailableError, and whatever else a store throws
   */
  async save(place: StateStore): Promise<void> {
    if (!this.#read.has(place.name)) await this.read(place)
    const entries = await inSlices(this.#section.entries())
    const byText = Array.from({ length: this.#texts }, (): StateEntry[] => [])
    for (const entry of entries.values()) byText[this.#textOf(entry.key)]!.push(entry)
    let texts = byText.map((own, index) => ({ own, index })).filter(({ own }) => own.length > 0)
    for (let round = 0; round < this.#rounds && texts.length > 0; round++) {
      if (round > 0) await sleep(this.#pauseMs, { holdsProcess: true })
      const written: typeof texts = []
      for (const text of texts) if (await this.#write(place, text.index, text.own, round > 0)) written.push(text)
      texts = written
    }
    this.#seen = new Map([...this.#seen].filter(([key]) => entries.has(key)))
  }

  /** Another process may have written at the same time, over what ours has added. That matters where entries are weighed. */
  get #rounds(): number {
    return this.#options.section.outweighs ? MOST_ROUNDS : 1
  }

  /** By then others have written what they read before our last write. Processes that stop together do not wait alike. */
  get #pauseMs(): number {
    return 100 + (Number.parseInt(this.#options.savedBy.slice(0, 4), 16) % 200)
  }

  #keyOf(index: number): string {
    const { name } = this.#options.section
    return this.#texts === 1 ? name : `${name}/${index}`
  }

  #textOf(key: string): number {
    return this.#texts === 1 ? 0 : Number.parseInt(digestOf(key).slice(0, 8), 16) % this.#texts
  }

  #isDue({ key, print, isWorthKeeping = true, isInUse = false }: StateEntry, now: number): boolean {
    const seen = this.#seen.get(key)
    // An entry that was written once is also written when it is empty: somebody has reset it.
    if (!seen) return isWorthKeeping
    return seen.print !== print || (isInUse && now - seen.savedAt > WRITE_AGAIN_AFTER_MS)
  }

  async #contentAt(place: StateStore, index: number, onError: (error: unknown) => void): Promise<TextContent> {
    try {
      const text: unknown = await place.read(this.#keyOf(index))
      if (text === undefined) return { entries: [], isDamaged: false }
      if (typeof text !== 'string' || text.length > MAX_STATE_BYTES) return { entries: [], isDamaged: true }
      return await inSlices(contentOf(text, this.#options.section.version))
    } catch (error) {
      // No section has written it; the next save takes its place.
      if (!(error instanceof StateTooLargeError)) throw error
      onError(error)
      return { entries: [], isDamaged: false }
    }
  }

  /** Takes the entries that earlier releases kept outside the store. */
  async readEarlier(): Promise<void> {
    const found: Read<T>[] = []
    for await (const entry of this.#options.section.earlier?.() ?? []) found.push({ ...entry, savedBy: '' })
    await this.#take(found)
  }

  /** One call after the other, because several places may answer at once. Returns the number of entries that are not valid. */
  #take(found: readonly Read<T>[]): Promise<number> {
    return this.#turns.take('restore', () => inSlices(this.#restore(found)))
  }

  *#restore(found: readonly Read<T>[]): Steps<number> {
    const { section, clock } = this.#options
    if (found.length === 0) return 0
    const before = yield* this.#section.entries()
    const taken: Read<T>[] = []
    let damaged = 0
    for (const entry of found) {
      const { key } = entry
      const seen = this.#seen.get(key)
      if (!this.#isRemembered(entry) || (seen && this.#savedAt(entry) <= seen.readAt)) continue
      const value = 'value' in entry ? entry.value : yield* this.#section.valueOf(entry)
      if (value === undefined) {
        damaged++
        continue
      }
      const own = before.get(key)
      const hasLearned = own !== undefined && own.isWorthKeeping !== false && own.print !== seen?.readPrint
      taken.push(entry)
      if (hasLearned && section.outweighs && !this.#section.outweighs(value, key, clock())) continue
      this.#section.restore(key, value)
    }
    const after = yield* this.#section.entries()
    for (const entry of taken) {
      const { key, savedBy } = entry
      const print = after.get(key)?.print
      const isTaken = print !== before.get(key)?.print
      const { print: printBefore, readPrint } = this.#seen.get(key) ?? UNSEEN
      const savedAt = this.#savedAt(entry)
      const prints = isTaken ? { print, readPrint: print } : { print: printBefore, readPrint }
      this.#seen.set(key, { savedAt, savedBy, readAt: savedAt, ...prints })
    }
    return damaged
  }

  /** A stamp from far ahead, by a clock that was wrong or by somebody else's hand, must not outlast all that comes. */
  #savedAt({ savedAt }: Pick<WrittenEntry, 'savedAt'>): number {
    return Math.min(savedAt, this.#options.clock() + FAR_AHEAD_MS)
  }

  #isRemembered(entry: Pick<WrittenEntry, 'savedAt'>): boolean {
    const { clock, section } = this.#options
    return clock() - this.#savedAt(entry) < section.forgetAfterMs
  }

  /** Returns whether it wrote. */
  async #write(place: StateStore, index: number, own: readonly StateEntry[], isAgain: boolean): Promise<boolean> {
    const { section, onError, savedBy } = this.#options
    const { entries: theirs } = await this.#contentAt(place, index, () => {})
    const candidates = await inSlices(this.#merged(own, theirs, isAgain))
    const fitting = await inSlices(fitIn(candidates, MAX_STATE_BYTES - MOST_HEAD_BYTES))
    const known = new Set(theirs)
    const isNews = fitting.entries.some(entry => !known.has(entry))
    if (isNews) await place.write(this.#keyOf(index), textOf(section.version, fitting.entries))
    if (fitting.shortened + fitting.leftOut > 0 && !this.#hasReportedRoom) {
      this.#hasReportedRoom = true
      const { shortened, leftOut } = fitting
      const reason = `${place.name} accepts ${MAX_STATE_BYTES} bytes per text, so ${counted(shortened, 'entry is', 'entries are')} shortened and ${leftOut} left out`
      onError(new StateLeftOutError(section.name, reason))
    }
    const written = new Map(candidates.map(({ entry }) => [entry.key, entry]))
    for (const { key, print } of own) {
      const entry = written.get(key)
      const seen = this.#seen.get(key) ?? UNSEEN
      // An entry of another process that outweighs ours stays, until ours changes again.
      if (entry?.savedBy === savedBy) this.#seen.set(key, { ...seen, print, savedAt: entry.savedAt, savedBy })
      else if (entry) this.#seen.set(key, { ...seen, print })
    }
    return isNews
  }

  /** The entries for a text: our own, and those that only other processes know. */
  *#merged(own: readonly StateEntry[], theirs: readonly WrittenEntry[], isAgain: boolean): Steps<Candidate[]> {
    const others = new Map(theirs.map(entry => [entry.key, entry]))
    const candidates: Candidate[] = []
    for (const each of own) {
      const entry = yield* this.#ours(each, others.get(each.key), isAgain)
      others.delete(each.key)
      if (entry) candidates.push({ entry, isOwn: true, shorten: () => this.#shortened(each, entry) })
    }
    for (const entry of others.values()) {
      if (this.#isRemembered(entry) && (yield* this.#section.valueOf(entry)) !== undefined)
        candidates.push({ entry, isOwn: false })
    }
    return candidates
  }

  *#shortened({ key, essence }: StateEntry, entry: WrittenEntry): Steps<WrittenEntry | undefined> {
    return essence && (yield* this.#section.written({ key, lines: essence }, entry))
  }

  /**
   * Our entry, or the entry of another process if that one stays.
   *
   * @param isAgain - whether ours was written just now, and may have been written over
   */
  *#ours(own: StateEntry, other: WrittenEntry | undefined, isAgain: boolean): Steps<WrittenEntry | undefined> {
    const { savedBy, section, clock } = this.#options
    const { key } = own
    const now = clock()
    const seen = this.#seen.get(key) ?? UNSEEN
    const otherAt = other ? this.#savedAt(other) : 0
    const isOurs = other?.savedAt === seen.savedAt && other?.savedBy === seen.savedBy
    const contested = section.outweighs && !isOurs ? other : undefined
    if (!this.#isDue(own, now) && !(isAgain && contested && seen.savedBy === savedBy)) {
      if (other && otherAt >= seen.savedAt) return other
      return seen === UNSEEN ? undefined : yield* this.#section.written(own, seen)
    }
    if (contested) {
      const theirs = yield* this.#section.valueOf(contested)
      if (theirs !== undefined && this.#section.outweighs(theirs, key, now)) return other
    }
    // The entry that was written last gets the later time, whatever the clocks of the hosts say.
    const savedAt = Math.max(now, otherAt + 1, seen.savedAt + 1)
    return (yield* this.#section.written(own, { savedAt, savedBy })) ?? other
  }
}

function inSlices<R>(steps: Steps<R>): Promise<R> {
  return new SlicedWork(steps, SLICE_MS).done
}
