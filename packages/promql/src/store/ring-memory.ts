import { BYTES_PER_SAMPLE, RingPage } from './ring-page.ts'

/** A ring starts with so many samples and doubles when it is full. */
const INITIAL_CAPACITY = 16
/** Large enough for neighbours to lie together, small enough not to stay for the sake of one ring. */
const PAGE_BYTES = 65_536

/** These bits of a ring's number in the store are its number in its page; the number of the page is above them. */
const RING_BITS = 12
const RING_MASK = 2 ** RING_BITS - 1

/** Why a ring may not grow: samples come more often than the store's options say, or all memory is in use. */
export type Shortage = 'interval' | 'bytes'

/** The number of a ring in its page. */
export function ringInPage(ring: number): number {
  return ring & RING_MASK
}

/** The rings of a store: how much memory they take and may take. */
export class RingMemory {
  readonly #maxBytes: number
  readonly #intervalMs: number
  readonly #onShort: (of: Shortage) => void
  readonly #pages: (RingPage | undefined)[] = []
  /** Numbers of pages there are no more. */
  readonly #vacant: number[] = []
  /** Numbers of pages with a ring to spare, by the size of their rings. */
  readonly #spare = new Map<number, Set<number>>()
  /** How many rings of a size there are. */
  readonly #rings = new Map<number, number>()
  #bytes = 0
  #usedBytes = 0
  #moves = 0

  /** @param onShort called whenever a ring may not grow although its window needs it */
  constructor(maxBytes: number, intervalMs: number, onShort: (of: Shortage) => void) {
    this.#maxBytes = maxBytes
    this.#intervalMs = intervalMs
    this.#onShort = onShort
  }

  get bytes(): number {
    return this.#bytes
  }

  /** How often a ring moved to another page: who remembers where rings are looks anew when this has changed. */
  get moves(): number {
    return this.#moves
  }

  /** What a ring takes at most: its window at twice the expected rate. */
  plannedBytes(retentionMs: number): number {
    return RingPage.bytes(this.#plannedCapacity(retentionMs), 1)
  }

  /** The page of a ring. */
  pageOf(ring: number): RingPage {
    const page = this.#pages[ring >> RING_BITS]
    if (page === undefined) throw new RangeError(`ring ${ring} does not exist`)
    return page
  }

  /** The number of a new ring; `undefined` when there is no memory for it. */
  take(capacity: number = INITIAL_CAPACITY): number | undefined {
    const spare = this.#sparePages(capacity)
    const [number = this.#addPage(capacity, spare)] = spare
    if (number === undefined) return undefined
    const page = this.#pages[number]
    const ring = page?.take()
    if (page === undefined || ring === undefined) return undefined
    if (page.isFull) spare.delete(number)
    this.#rings.set(capacity, (this.#rings.get(capacity) ?? 0) + 1)
    this.#usedBytes += RingPage.bytes(capacity, 1)
    return (number << RING_BITS) | ring
  }

  give(ring: number): void {
    const page = this.pageOf(ring)
    const number = ring >> RING_BITS
    const { capacity } = page
    page.give(ringInPage(ring))
    this.#rings.set(capacity, (this.#rings.get(capacity) ?? 0) - 1)
    this.#usedBytes -= RingPage.bytes(capacity, 1)
    const spare = this.#sparePages(capacity)
    if (!page.isUnused) return void spare.add(number)
    spare.delete(number)
    this.#pages[number] = undefined
    this.#vacant.push(number)
    this.#bytes -= page.bytes
  }

  /**
   * Moves a ring's samples to one of twice the size. `undefined` when samples come more often than twice as expected, which
   * would make memory unknown in advance, or when there is no memory.
   */
  double(ring: number, retentionMs: number): number | undefined {
    const page = this.pageOf(ring)
    const capacity = 2 * page.capacity
    if (capacity > this.#plannedCapacity(retentionMs)) return this.#short('interval')
    const doubled = this.take(capacity)
    if (doubled === undefined) return this.#short('bytes')
    this.#move(ring, doubled)
    return doubled
  }

  /**
   * When more than half of the memory is rings to spare, because many series left: empties the pages that are mostly unused.
   *
   * @param holders all who have a ring; they are given the new ones
   */
  compact(holders: Iterable<{ ring: number }>): void {
    if (2 * this.#usedBytes >= this.#bytes) return
    const sparse = new Set<number>()
    for (const spare of this.#spare.values()) {
      for (const number of spare) if (this.#pages[number]?.isSparse === true) sparse.add(number)
      for (const number of sparse) spare.delete(number)
    }
    for (const holder of holders) {
      if (!sparse.has(holder.ring >> RING_BITS)) continue
      const ring = this.take(this.pageOf(holder.ring).capacity)
      if (ring !== undefined) this.#move(holder.ring, ring)
      holder.ring = ring ?? holder.ring
    }
    // Pages that could not be emptied give out rings again.
    for (const number of sparse) {
      const page = this.#pages[number]
      if (page?.isFull === false) this.#sparePages(page.capacity).add(number)
    }
  }

  #short(of: Shortage): undefined {
    this.#onShort(of)
  }

  #move(from: number, to: number): void {
    this.pageOf(from).move(ringInPage(from), this.pageOf(to), ringInPage(to))
    this.give(from)
    this.#moves += 1
  }

  #plannedCapacity(retentionMs: number): number {
    const samples = (2 * retentionMs) / this.#intervalMs + 8
    return 2 ** Math.floor(Math.log2(Math.max(INITIAL_CAPACITY, 2 * samples)))
  }

  #sparePages(capacity: number): Set<number> {
    let spare = this.#spare.get(capacity)
    if (spare === undefined) {
      spare = new Set()
      this.#spare.set(capacity, spare)
    }
    return spare
  }

  /** The number of a page for as many rings as there are already, so that at most half of the memory is spare. */
  #addPage(capacity: number, spare: Set<number>): number | undefined {
    const most = Math.floor(PAGE_BYTES / (capacity * BYTES_PER_SAMPLE))
    const affordable = Math.floor((this.#maxBytes - this.#bytes) / RingPage.bytes(capacity, 1))
    const rings = Math.min(Math.max(1, Math.min(most, this.#rings.get(capacity) ?? 0)), affordable)
    if (rings < 1) return undefined
    const page = new RingPage(capacity, rings)
    const number = this.#vacant.pop() ?? this.#pages.length
    this.#pages[number] = page
    this.#bytes += page.bytes
    spare.add(number)
    return number
  }
}
