import type { Labels } from '../words/labels.ts'
import { ringInPage, type RingMemory } from './ring-memory.ts'

/** What `append` did with a sample. */
export type AppendResult = 'stored' | 'out_of_order' | 'duplicate'

/** One stored series: who it is, and a bounded ring of its samples. */
export class Series {
  readonly labels: Labels
  readonly spellings: readonly string[]
  /** The canonical text of name, unit, kind, scope and labels. */
  readonly identity: string
  /** Samples older than this before the newest are not needed by any selection. */
  retentionMs: number
  /** Samples overwritten although still within the retention. */
  truncated = 0
  /** The store drops a series by setting this; a handle then asks for a new one. */
  evicted = false
  /** Time of the newest sample, `-Infinity` when empty. */
  lastMs: number = -Infinity
  /** Number of its ring in the store's memory. */
  ring: number
  #lastValue = NaN
  /** The newest sample before the one that was lent. */
  #kept = { lastMs: -Infinity, lastValue: NaN }

  constructor(identity: string, labels: Labels, spellings: readonly string[], ring: number, retentionMs: number) {
    this.identity = identity
    this.labels = labels
    this.spellings = spellings
    this.ring = ring
    this.retentionMs = retentionMs
  }

  /** Adds a sample; times must rise. More memory is asked for only when the ring is full of samples that are still needed. */
  append(timeMs: number, value: number, memory: RingMemory): AppendResult {
    if (!(timeMs > this.lastMs)) return this.#refusal(timeMs)
    this.#makeRoom(timeMs, memory)
    memory.pageOf(this.ring).push(ringInPage(this.ring), timeMs, value, value < this.#lastValue)
    this.#lastValue = value
    this.lastMs = timeMs
    return 'stored'
  }

  /** Adds a sample that {@link takeBack} removes again. */
  lend(timeMs: number, value: number, memory: RingMemory): AppendResult {
    this.#kept.lastMs = this.lastMs
    this.#kept.lastValue = this.#lastValue
    return this.append(timeMs, value, memory)
  }

  /** Removes the sample that was lent: every later answer is as if it had not been there. */
  takeBack(memory: RingMemory): void {
    const page = memory.pageOf(this.ring)
    const number = ringInPage(this.ring)
    page.truncate(number, page.length(number) - 1)
    this.lastMs = this.#kept.lastMs
    this.#lastValue = this.#kept.lastValue
  }

  markStale(timeMs: number, memory: RingMemory): AppendResult {
    if (!(timeMs > this.lastMs)) return this.#refusal(timeMs)
    this.#makeRoom(timeMs, memory)
    memory.pageOf(this.ring).pushStale(ringInPage(this.ring), timeMs)
    this.lastMs = timeMs
    return 'stored'
  }

  /** Forgets samples later than a time; how many there were. */
  dropAfter(timeMs: number, memory: RingMemory): number {
    const page = memory.pageOf(this.ring)
    const number = ringInPage(this.ring)
    const kept = page.indexAt(number, timeMs) + 1
    const dropped = page.length(number) - kept
    page.truncate(number, kept)
    this.lastMs = kept === 0 ? -Infinity : page.timeAt(number, kept - 1)
    // The predecessor of the next value is unknown now: it counts as a drop, and the window is searched.
    this.#lastValue = Infinity
    return dropped
  }

  /** A time that is not a number is out of order too. */
  #refusal(timeMs: number): AppendResult {
    return timeMs === this.lastMs ? 'duplicate' : 'out_of_order'
  }

  /** When the ring is full to its end, forgets what is old and moves the rest to the front, or doubles it. */
  #makeRoom(nowMs: number, memory: RingMemory): void {
    const page = memory.pageOf(this.ring)
    const number = ringInPage(this.ring)
    if (!page.isAtEnd(number)) return
    // A quarter free makes a move cheap: it is paid for by as many appends.
    const enough = page.capacity >> 2
    page.forget(number, page.indexAt(number, nowMs - this.retentionMs) + 1)
    if (page.first(number) < enough) {
      const doubled = memory.double(this.ring, this.retentionMs)
      if (doubled !== undefined) {
        this.ring = doubled
        return
      }
      const lost = enough - page.first(number)
      this.truncated += lost
      page.forget(number, lost)
    }
    page.move(number, page, number)
  }
}
