import { fingerprint } from './statement-fingerprint.ts'
import type { Origin } from './origin.ts'

/** A statement that was slow, with what is needed to have it explained. Holds real values: never export it. */
export interface SlowStatement {
  /** Its normalized text, the same for all runs that differ in values only. */
  readonly fingerprint: string
  /** Operation and tables. */
  readonly summary: string
  /** The text as it was last sent. */
  readonly text: string
  /** The values of recent runs with that shape, the latest last; an empty set for a text without parameters. */
  readonly bindValues: readonly (readonly unknown[])[]
  readonly count: number
  readonly totalMs: number
  readonly maxMs: number
  /** When it was last slow, in milliseconds since the epoch. */
  readonly lastSeen: number
  readonly origin: Origin
}

/** One slow run. */
export interface SlowRun {
  readonly text: string
  readonly summary: string
  readonly values: readonly unknown[] | undefined
  readonly durationMs: number
  readonly origin: Origin
}

type Entry = { -readonly [K in keyof SlowStatement]: SlowStatement[K] }

const MAX_BIND_SETS = 8
const MAX_TEXT_LENGTH = 65_536
const MAX_VALUES = 256
const MAX_VALUE_LENGTH = 4_096

/**
 * The slow statements of the process, in memory only. Bounded in every direction: statements, value sets a statement,
 * and the size of texts and values (what is larger is counted but not kept). Nothing of it shows in `JSON.stringify` or
 * `console.log`.
 */
export class SlowStatements {
  readonly #max: number
  readonly #entries = new Map<string, Entry>()

  constructor(max: number) {
    this.#max = Math.max(1, max)
  }

  /** How many statements are held. */
  get size(): number {
    return this.#entries.size
  }

  add(run: SlowRun, now: number): void {
    const { text, summary, values, durationMs, origin } = run
    if (text.length > MAX_TEXT_LENGTH) return
    const normalized = fingerprint(text)
    const key = `${origin.key ?? origin.address} ${normalized}`
    const entry = this.#entries.get(key) ?? this.#insert(key, { ...run, fingerprint: normalized, now })
    entry.count++
    entry.totalMs += durationMs
    entry.maxMs = Math.max(entry.maxMs, durationMs)
    entry.lastSeen = now
    entry.origin = origin
    entry.summary = summary
    const kept = keep(values)
    if (kept === undefined) return
    // Values belong to a text: another text of the same fingerprint may number its parameters differently.
    const before = entry.text === text ? entry.bindValues : []
    entry.text = text
    entry.bindValues = [...before.slice(1 - MAX_BIND_SETS), kept]
  }

  /** Those with the most time in total, the most expensive first, that were slow at or after `since`. */
  top(limit: number, since = 0): readonly SlowStatement[] {
    return [...this.#entries.values()]
      .filter(entry => entry.lastSeen >= since)
      .toSorted((a, b) => b.totalMs - a.totalMs)
      .slice(0, limit)
      .map(entry => ({ ...entry }))
  }

  clear(): void {
    this.#entries.clear()
  }

  #insert(key: string, run: SlowRun & { fingerprint: string; now: number }): Entry {
    if (this.#entries.size >= this.#max) this.#evict()
    const { text, summary, origin, now } = run
    const entry: Entry = {
      fingerprint: run.fingerprint,
      summary,
      text,
      bindValues: [],
      count: 0,
      totalMs: 0,
      maxMs: 0,
      lastSeen: now,
      origin,
    }
    this.#entries.set(key, entry)
    return entry
  }

  /** The one that cost least makes room. */
  #evict(): void {
    let least: string | undefined
    let leastMs = Number.POSITIVE_INFINITY
    for (const [key, { totalMs }] of this.#entries) {
      if (totalMs < leastMs) [least, leastMs] = [key, totalMs]
    }
    if (least !== undefined) this.#entries.delete(least)
  }
}

/** A copy that holds on to nothing large of the application's; undefined when that is not possible. */
function keep(values: readonly unknown[] | undefined): readonly unknown[] | undefined {
  if (values === undefined || values === null) return []
  if (!Array.isArray(values) || values.length > MAX_VALUES) return undefined
  return values.every(isSmall) ? [...(values as unknown[])] : undefined
}

function isSmall(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= MAX_VALUE_LENGTH
  if (ArrayBuffer.isView(value)) return value.byteLength <= MAX_VALUE_LENGTH
  if (Array.isArray(value))
    return value.length <= MAX_VALUES && value.every(item => typeof item !== 'object' && isSmall(item))
  if (typeof value === 'object') return value === null || value instanceof Date
  return typeof value !== 'function' && typeof value !== 'symbol'
}
