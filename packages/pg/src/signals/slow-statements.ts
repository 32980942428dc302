import { RetainedShare } from '@homeostat/signals'
import { createRandom } from '@homeostat/signals/random'
import { fingerprint } from './statement-fingerprint.ts'
import { KeptRuns, type SentRun } from './kept-runs.ts'
import { bytesOf, ownString } from './kept-values.ts'
import type { Origin } from './origin.ts'
import { NO_SETTINGS, type Settings } from './session-settings.ts'

/** A statement that was slow, with what is needed to have it explained. Holds real values: never export it. */
export interface SlowStatement {
  /** Its normalized text, the same for all runs that differ in values only. */
  readonly fingerprint: string
  /** Operation and tables. */
  readonly summary: string
  /** The text as it was last sent. */
  readonly text: string
  /** The values of the last run and of a sample of those before it, the last one last, as far as they had the same text; an empty set for a text without parameters. */
  readonly bindValues: readonly (readonly unknown[])[]
  /** Those of them that had another text: with other values written into it, for example. */
  readonly otherRuns?: readonly SentRun[]
  readonly count: number
  readonly totalMs: number
  readonly maxMs: number
  /** When it was last slow, in milliseconds since the epoch. */
  readonly lastSeen: number
  readonly origin: Origin
  /** The settings of the session that decide which tables its names mean, or how it is planned. */
  readonly settings: Settings
  /** Whether it last ran in a transaction of several statements. */
  readonly inTransaction: boolean
  /** How many rows the last run with the last values gave or wrote; undefined where that is not known. */
  readonly rows: number | undefined
  /** When it was first slow, in milliseconds since the epoch. */
  readonly since: number
  /** The jobs and routes that it was slow for, those with most time first; no more than five. */
  readonly senders: readonly Sender[]
}

/** A job or a route, and its slow runs of a statement. */
export interface Sender {
  /** `job NAME of QUEUE` or `route PATTERN` */
  readonly name: string
  readonly count: number
  readonly totalMs: number
}

/** One slow run. */
export interface SlowRun {
  readonly text: string
  readonly summary: string
  readonly values: readonly unknown[] | undefined
  readonly durationMs: number
  readonly origin: Origin
  readonly settings?: Settings
  readonly inTransaction?: boolean
  /** The job or the route that it was sent for. */
  readonly sentFor?: string
  /** The rows that it gave or wrote. */
  readonly rows?: number | undefined
}

type Entry = { -readonly [K in keyof SlowStatement as Exclude<K, 'bindValues' | 'otherRuns'>]: SlowStatement[K] } & {
  readonly runs: KeptRuns
  /** All that is held for the statement, estimated. */
  bytes: number
}

const MAX_NAMES = 5
const MAX_TEXT_LENGTH = 65_536
/** Beside texts and values: the entry, its key and numbers. */
const ENTRY_BYTES = 512

/**
 * The slow statements of the process, in memory only. Bounded in every direction: statements, runs a statement,
 * the size of texts and values (what is larger is counted but not kept), and all of it by the bytes that the process may
 * retain. Kept values are copies. None of them shows in `JSON.stringify` or `console.log`.
 */
export class SlowStatements {
  readonly #max: number
  readonly #entries = new Map<string, Entry>()
  // The same runs leave the same sample.
  readonly #random = createRandom(1)
  readonly #share = new RetainedShare(() => this.#evict())

  constructor(max: number) {
    this.#max = Math.max(1, max)
  }

  /** What is held of the application's statements and values. */
  get retained(): RetainedShare {
    return this.#share
  }

  /** How many statements are held. */
  get size(): number {
    return this.#entries.size
  }

  add(run: SlowRun, now: number): void {
    const { text, summary, durationMs, origin, settings = NO_SETTINGS, inTransaction = false, sentFor } = run
    if (text.length > MAX_TEXT_LENGTH) return
    const normalized = fingerprint(text)
    // The same text means another table elsewhere, so it is another statement there.
    const key = `${origin.key ?? origin.address} ${settings['search_path'] ?? ''} ${normalized}`
    const known = this.#entries.get(key)
    // Taken out while room is made, so that it is not what is dropped.
    if (known !== undefined) this.#forget(key, known)
    const entry = known ?? newEntry(run, normalized, now)
    entry.count++
    entry.totalMs += durationMs
    entry.maxMs = Math.max(entry.maxMs, durationMs)
    entry.lastSeen = now
    entry.origin = origin
    entry.settings = settings
    entry.inTransaction = inTransaction
    if (sentFor !== undefined) entry.senders = withRun(entry.senders, sentFor, durationMs)
    entry.summary = summary
    this.#keep(entry, run)
    if (known === undefined && this.#entries.size >= this.#max) this.#evict()
    if (this.#share.take(entry.bytes)) this.#entries.set(key, entry)
  }

  /** Those with the most time in total, the most expensive first, that were slow at or after `since`. */
  top(limit: number, since = 0): readonly SlowStatement[] {
    return [...this.#entries.values()]
      .filter(entry => entry.lastSeen >= since)
      .toSorted((a, b) => b.totalMs - a.totalMs)
      .slice(0, limit)
      .map(({ runs: { all }, bytes: _, ...statement }) => ({
        ...statement,
        bindValues: all.filter(({ text }) => text === statement.text).map(({ values }) => values),
        otherRuns: all.filter(({ text }) => text !== statement.text).map(({ text, values }) => ({ text, values })),
      }))
  }

  clear(): void {
    for (const [key, entry] of this.#entries) this.#forget(key, entry)
  }

  #keep(entry: Entry, { text, values, rows }: SlowRun): void {
    if (!entry.runs.add(text, values, this.#random)) return
    entry.rows = rows
    entry.text = entry.runs.all.at(-1)!.text
    entry.bytes = sizeOf(entry)
  }

  #forget(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#share.release(entry.bytes)
  }

  /** The one that cost least makes room; false when there is none. */
  #evict(): boolean {
    let least: [string, Entry] | undefined
    for (const each of this.#entries) {
      if (least === undefined || each[1].totalMs < least[1].totalMs) least = each
    }
    if (least === undefined) return false
    this.#forget(...least)
    return true
  }
}

function withRun(senders: readonly Sender[], name: string, durationMs: number): readonly Sender[] {
  const known = senders.find(each => each.name === name)
  if (known === undefined && senders.length >= MAX_NAMES) return senders
  const { count, totalMs } = known ?? { count: 0, totalMs: 0 }
  const own = { name: known?.name ?? ownString(name), count: count + 1, totalMs: totalMs + durationMs }
  return [...senders.filter(each => each !== known), own].toSorted((a, b) => b.totalMs - a.totalMs)
}

function newEntry({ text, summary, origin }: SlowRun, normalized: string, now: number): Entry {
  const entry = {
    fingerprint: normalized,
    summary,
    text: ownString(text),
    runs: new KeptRuns(),
    count: 0,
    totalMs: 0,
    maxMs: 0,
    lastSeen: 0,
    origin,
    settings: NO_SETTINGS,
    inTransaction: false,
    rows: undefined,
    since: now,
    senders: [],
  }
  return { ...entry, bytes: sizeOf(entry) }
}

function sizeOf({ fingerprint: normalized, text, runs }: Omit<Entry, 'bytes'>): number {
  // The fingerprint is a part of the key as well; the text is that of the last run, where one is kept.
  return ENTRY_BYTES + 2 * bytesOf(normalized) + (runs.all.length === 0 ? bytesOf(text) : runs.bytes)
}
