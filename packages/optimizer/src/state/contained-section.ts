import type { Steps } from '@homeostat/signals'
import type { StateEntry, StateSection } from '../words/state-section.ts'
import { valuesOf, type WrittenEntry } from './state-text.ts'

type Stamp = Pick<WrittenEntry, 'savedAt' | 'savedBy'>

/** Calls a section and reports its failures; none of them reaches the caller. */
export class ContainedSection<T> {
  readonly #section: StateSection<T>
  readonly #onError: (error: unknown) => void

  constructor(section: StateSection<T>, onError: (error: unknown) => void) {
    this.#section = section
    this.#onError = onError
  }

  /** The entries now, by their keys. If the section fails, the entries before the failure. */
  *entries(): Steps<Map<string, StateEntry>> {
    const entries = new Map<string, StateEntry>()
    try {
      for (const entry of this.#section.snapshot()) {
        entries.set(entry.key, entry)
        yield
      }
    } catch (error) {
      this.#onError(error)
    }
    return entries
  }

  /** Undefined if the entry is not valid. */
  *valueOf(entry: WrittenEntry): Steps<T | undefined> {
    const values = yield* valuesOf(entry)
    return values && this.#contained(() => this.#section.parse(values, entry.key))
  }

  restore(key: string, value: T): void {
    this.#contained(() => this.#section.restore(key, value))
  }

  outweighs(theirs: T, key: string, now: number): boolean {
    return this.#contained(() => this.#section.outweighs?.(theirs, key, now)) ?? false
  }

  /** Undefined if the entry cannot be written. */
  *written(
    { key, lines }: Pick<StateEntry, 'key' | 'lines'>,
    { savedAt, savedBy }: Stamp,
  ): Steps<WrittenEntry | undefined> {
    const written: string[] = []
    try {
      for (const line of lines()) {
        written.push(JSON.stringify(line) ?? 'null')
        yield
      }
    } catch (error) {
      this.#onError(error)
      return undefined
    }
    return written.length === 0 ? undefined : { key, savedAt, savedBy, lines: written }
  }

  #contained<R>(work: () => R): R | undefined {
    try {
      return work()
    } catch (error) {
      this.#onError(error)
      return undefined
    }
  }
}
