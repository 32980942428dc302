import { createHash } from 'node:crypto'
import { BoundedMap } from '@homeostat/signals'
import { summarize } from './query-summary.ts'
import type { RepeatedStatement } from './repeated-statement.ts'
import type { RunningQueries } from './running-queries.ts'
import { fingerprint } from './statement-fingerprint.ts'

/** Fewer of one kind in one request may be an accident. */
const LEAST_REPEATS = 10
/** A request is followed for so long, and until it has been silent for so long. */
const FOLLOWED_MS = 2_000
const SILENT_MS = 250
/** Nobody is followed for so long between two requests. */
const REST_MS = 100
/** Nor after a statement outside of any request: where there are none, it need not be asked for at each. */
const OUTSIDE_MS = 1
/** Kinds of statements of one request; further ones are not counted. */
const MOST_KINDS = 32
/** Texts of one request that are read anew because they differ in their literals. */
const MOST_TEXTS = 200
const MOST_KEPT = 100
const LONGEST_NAME = 120

/** One kind of statement of the request that is followed. */
interface Kind {
  text: string
  print: string
  count: number
  ms: number
}

interface Repeated extends Omit<RepeatedStatement, 'mean' | 'meanMs'> {
  readonly count: number
  readonly ms: number
}

/**
 * Finds statements that are sent once for each row of another one, by following one request at a time: the statements of all others
 * cost a comparison, those of the one that is followed no allocation while their texts are the same.
 */
export class RepeatedStatements {
  readonly #found = new BoundedMap<string, Repeated>(MOST_KEPT)
  readonly #kinds: Kind[] = Array.from({ length: MOST_KINDS }, () => ({ text: '', print: '', count: 0, ms: 0 }))
  #size = 0
  #texts = 0
  #request: object | undefined
  #sender: string | undefined
  // Fractions from the start: V8 then overwrites them in place, without an allocation.
  #since = Number.NaN
  #lastAt = Number.NaN
  /** Until then nobody is followed, and {@link note} does nothing. In milliseconds of the monotonic clock. */
  restsUntil = 0.5
  readonly #onFound: (summary: string, sender: string | undefined, ms: number) => void

  /** @param onFound - called with the statements that one request has repeated, and how long they took */
  constructor(onFound: (summary: string, sender: string | undefined, ms: number) => void = () => {}) {
    this.#onFound = onFound
  }

  /** A statement has ended, and its connection still belongs to whoever sent it. */
  note(running: RunningQueries, now: number, durationMs: number): void {
    if (now < this.restsUntil) return
    const { request } = running
    if (this.#request === undefined) {
      if (request === undefined) return void (this.restsUntil = now + OUTSIDE_MS)
      this.#request = request
      this.#since = now
    } else if (now - this.#since > FOLLOWED_MS || now - this.#lastAt > SILENT_MS) return this.#finish(now)
    if (request !== this.#request || running.text === undefined) return
    this.#lastAt = now
    this.#sender = running.endedFor
    this.#count(running.text, durationMs)
  }

  /** Those that were found since, those that took most time first. */
  since(moment: number): readonly RepeatedStatement[] {
    return [...this.#found.values()]
      .filter(({ lastSeen }) => lastSeen >= moment)
      .toSorted((a, b) => b.ms - a.ms)
      .map(({ count, ms, ...found }) => ({ ...found, mean: count / found.requests, meanMs: ms / found.requests }))
  }

  #count(text: string, durationMs: number): void {
    for (let at = 0; at < this.#size; at++) {
      const kind = this.#kinds[at]!
      if (kind.text !== text) continue
      kind.count++
      kind.ms += durationMs
      return
    }
    if (this.#texts++ < MOST_TEXTS) this.#countAnew(text, durationMs)
  }

  #countAnew(text: string, durationMs: number): void {
    const print = fingerprint(text)
    const known = this.#kinds.slice(0, this.#size).find(kind => kind.print === print)
    if (known === undefined && this.#size >= MOST_KINDS) return
    const kind = known ?? this.#kinds[this.#size++]!
    if (known === undefined) Object.assign(kind, { print, count: 0, ms: 0 })
    kind.text = text
    kind.count++
    kind.ms += durationMs
  }

  #finish(now: number): void {
    const sender = this.#sender?.slice(0, LONGEST_NAME)
    for (const kind of this.#kinds.slice(0, this.#size)) {
      if (kind.count >= LEAST_REPEATS) this.#keep(kind, sender, now)
      kind.text = kind.print = ''
    }
    this.#size = this.#texts = 0
    this.#request = this.#sender = undefined
    this.restsUntil = now + REST_MS
  }

  #keep({ text, print, count, ms }: Kind, sender: string | undefined, now: number): void {
    // Short, whatever the statement: many may be kept.
    const key = createHash('sha256')
      .update(`${sender ?? ''}\n${print}`)
      .digest('base64')
    const before = this.#found.get(key)
    const summary = before?.summary ?? summarize(text)
    this.#onFound(summary, sender, ms)
    this.#found.set(key, {
      summary,
      sender,
      requests: (before?.requests ?? 0) + 1,
      count: (before?.count ?? 0) + count,
      most: Math.max(before?.most ?? 0, count),
      ms: (before?.ms ?? 0) + ms,
      lastSeen: now,
    })
  }
}
