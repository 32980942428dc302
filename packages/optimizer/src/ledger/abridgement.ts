import type { LedgerEntry } from '../words/ledger-entry.ts'

/** What the younger entries keep, and the older ones do not. */
export interface AbridgementOptions {
  /** How much an entry holds that the abridgement takes away. */
  readonly sizeOf: (entry: LedgerEntry) => number
  readonly abridge: (entry: LedgerEntry) => LedgerEntry
  /** The most that all entries may hold of it together. */
  readonly most: number
  /** The most entries that keep it. @default no limit but `most` */
  readonly mostEntries?: number
}

/** Takes details away from the oldest entries of a list until the younger ones hold no more than they may. */
export class Abridgement {
  readonly #options: AbridgementOptions
  /** Entries from the oldest on that are abridged. */
  #abridged = 0
  /** What each of the others holds. */
  readonly #sizes: number[] = []
  #size = 0

  constructor(options: AbridgementOptions) {
    this.#options = options
  }

  /** The newest entry was added; it keeps its details, however many there are. */
  added(entries: LedgerEntry[]): void {
    const { sizeOf, abridge, most, mostEntries = Infinity } = this.#options
    const size = sizeOf(entries.at(-1)!)
    this.#sizes.push(size)
    this.#size += size
    while (this.#sizes.length > 1 && (this.#size > most || this.#sizes.length > mostEntries)) {
      this.#size -= this.#sizes.shift()!
      entries[this.#abridged] = abridge(entries[this.#abridged]!)
      this.#abridged++
    }
  }

  /** The oldest entry goes. */
  removed(): void {
    if (this.#abridged > 0) this.#abridged--
    else this.#size -= this.#sizes.shift() ?? 0
  }
}
