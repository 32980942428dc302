import type { Arena } from './learning/arena.ts'

const SLOT_WIDTHS_MS = [60_000, 180_000, 300_000, 900_000, 1_800_000, 3_600_000]
const WEEK_MS = 7 * 86_400_000

/**
 * When the limit was crossed in the last week, one bit a slot of at least a minute: whether a window that lies a day, an
 * hour or half an hour back had a crossing is one look at two words.
 */
export class CrossingCalendar {
  readonly slotMs: number
  readonly words: Uint32Array
  /** The slot of the last sample since the epoch; -1 before the first. */
  #slot = -1
  /** The bit after that slot. */
  #next = 0

  /** The slot of the last sample since the epoch; -1 before the first. */
  get slot(): number {
    return this.#slot
  }

  set slot(slot: number) {
    this.#slot = slot
    this.#next = (slot + 1) % (this.words.length * 32)
  }

  constructor(horizonMs: number, intervalMs: number, arena: Arena) {
    this.slotMs = slotOf(horizonMs, intervalMs)
    this.words = arena.uint32(wordsOf(this.slotMs))
  }

  static bytes(horizonMs: number, intervalMs: number): number {
    return 4 * wordsOf(slotOf(horizonMs, intervalMs))
  }

  observe(wallMs: number, crosses: boolean): void {
    const { words } = this
    const bits = words.length * 32
    const slot = Math.floor(wallMs / this.slotMs)
    if (slot < this.#slot || slot - this.#slot >= bits) words.fill(0)
    else
      for (let next = this.#slot + 1; next <= slot; next++) {
        const at = next % bits
        words[at >>> 5]! &= ~(1 << (at & 31))
      }
    this.#slot = slot
    this.#next = (slot + 1) % bits
    if (!crosses) return
    const at = slot % bits
    words[at >>> 5]! |= 1 << (at & 31)
  }

  /** The largest lag in slots: a week. */
  lagOf(lagMs: number): number {
    return Math.round(lagMs / this.slotMs)
  }

  /** Whether one of the `count` slots (at most 32) that follow the one a lag ago had a crossing. */
  crossedAfter(lag: number, count: number): boolean {
    const { words } = this
    // No division: this is asked some forty times a forecast.
    let from = this.#next - lag
    if (from < 0) from += words.length * 32
    const word = from >>> 5
    const shift = from & 31
    let found = words[word]! >>> shift
    if (shift > 0) found |= words[word + 1 === words.length ? 0 : word + 1]! << (32 - shift)
    return (count >= 32 ? found : found & ((1 << count) - 1)) !== 0
  }
}

function slotOf(horizonMs: number, intervalMs: number): number {
  const finest = Math.max(horizonMs / 15, intervalMs)
  return SLOT_WIDTHS_MS.find(width => width >= finest) ?? SLOT_WIDTHS_MS.at(-1)!
}

function wordsOf(slotMs: number): number {
  // A word more than a week, so that a window that begins a week back is whole.
  return Math.ceil(WEEK_MS / slotMs / 32) + 1
}
