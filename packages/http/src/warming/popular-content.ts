/** What is known of one URL below the edge. */
export interface PopularUrl {
  /** Path and query. It stays in this process. */
  readonly path: string
  /** The `Accept-Encoding` that reached the origin: the edge keeps a copy for each. */
  readonly acceptEncoding: string
  readonly count: number
}

interface Counter {
  path: string
  acceptEncoding: string
  count: number
  /** The count may be too high by this. */
  error: number
}

/** Counts are halved after this time: what was popular an hour ago is not. */
const HALF_LIFE_MS = 300_000

/**
 * The most frequent of endlessly many URLs, in bounded memory. When there are twice as many as are kept, the less frequent half is
 * forgotten, and what comes later may have been among it: the highest count that was forgotten is its possible error. The bound on the error is that of
 * Space-Saving (Metwally, Agrawal, El Abbadi 2005), with one sort for many requests instead of an ordered list for each.
 */
export class PopularContent {
  readonly #kept: number
  readonly #counters = new Map<string, Counter>()
  #forgotten = 0
  #halvedAt: number | undefined

  /** @param kept - how many URLs are counted at least; those that are asked for have to be far fewer */
  constructor(kept: number) {
    this.#kept = kept
  }

  get size(): number {
    return this.#counters.size
  }

  /** One request for it. */
  add(path: string, acceptEncoding: string, now: number): void {
    this.#fade(now)
    const known = this.#counters.get(path)
    if (known !== undefined) {
      known.count++
      known.acceptEncoding = acceptEncoding
      return
    }
    if (this.#counters.size >= 2 * this.#kept) this.#forget()
    this.#counters.set(path, { path, acceptEncoding, count: 1, error: this.#forgotten })
  }

  /** The most frequent ones first, by what was counted for certain. Those that came once are left out. */
  top(count: number): readonly PopularUrl[] {
    return this.#ordered()
      .slice(0, count)
      .filter(({ count: seen }) => seen > 1)
      .map(({ path, acceptEncoding, count: seen }) => ({ path, acceptEncoding, count: seen }))
  }

  clear(): void {
    this.#counters.clear()
    this.#forgotten = 0
  }

  #ordered(): Counter[] {
    return [...this.#counters.values()].toSorted((a, b) => b.count - a.count)
  }

  #forget(): void {
    // A new one may have come as often before: with its error it is compared fairly, and is not the first to go each time.
    const least = [...this.#counters.values()].toSorted((a, b) => b.count + b.error - (a.count + a.error))
    for (const { path, count, error } of least.slice(this.#kept)) {
      this.#counters.delete(path)
      this.#forgotten = Math.max(this.#forgotten, count + error)
    }
  }

  #fade(now: number): void {
    this.#halvedAt ??= now
    if (now - this.#halvedAt < HALF_LIFE_MS) return
    this.#halvedAt = now
    this.#forgotten /= 2
    for (const [path, counter] of this.#counters) {
      counter.count /= 2
      counter.error /= 2
      if (counter.count < 0.5) this.#counters.delete(path)
    }
  }
}
