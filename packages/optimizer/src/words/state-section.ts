/** One thing that a section keeps, e.g. the evidence about one action. */
export interface StateEntry {
  /** Names it within its section; it must hold no secrets. */
  readonly key: string
  /** Changes whenever the entry does. */
  readonly print: string
  /** False for an entry that is written only to a place that has it already. @default true */
  readonly isWorthKeeping?: boolean
  /** An entry in use is written again before the place forgets it. @default false */
  readonly isInUse?: boolean
  /** The entry as JSON values, each of them small: the event loop turns between two of them. */
  readonly lines: () => Iterable<unknown>
  /** The short form of the entry, for a text without room for all. @default the entry is left out */
  readonly essence?: () => Iterable<unknown>
}

/** An entry that an earlier release has kept elsewhere. */
export interface EarlierEntry<T = unknown> {
  readonly key: string
  /** ms since the epoch. */
  readonly savedAt: number
  readonly value: T
}

/**
 * Something that outlives the process: a `StateKeeper` reads it once from each place, and writes what has changed. The
 * journals and records by which a knob is reverted are not sections: they are written before a change and have files of
 * their own.
 *
 * @typeParam T - an entry as it is read
 */
export interface StateSection<T = unknown> {
  /** e.g. `forecasts`; names it in the store and in error texts. */
  readonly name: string
  /** Changes with what the entries hold. Entries of another version are reported, left out, and replaced by the next save. */
  readonly version: number
  /** The texts that share the entries, each of at most 1,000,000 bytes. @default 1 */
  readonly texts?: number
  /** An entry that nobody has written for this long is left out, in milliseconds. */
  readonly forgetAfterMs: number
  /** The entries that earlier releases kept outside the store; they are read once, at the start. */
  earlier?(): AsyncIterable<EarlierEntry<T>>
  /** The entries now, including those of an earlier process that nobody has asked for yet. */
  snapshot(): Iterable<StateEntry>
  /** Checks the lines of an entry, which anybody may have written; undefined when they are not valid. */
  parse(lines: readonly unknown[], key: string): T | undefined
  /** Takes an entry that was read, at the start or later, when its place answers. */
  restore(key: string, value: T): void
  /**
   * Whether an entry that another process has written counts for more than what this one has learned meanwhile. Then it stays
   * where it is, and takes the place of ours when it is read.
   *
   * @default ours is written, and `restore` decides what to take
   */
  outweighs?(theirs: T, key: string, now: number): boolean
}
