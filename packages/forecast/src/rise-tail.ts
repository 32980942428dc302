import type { Arena } from './learning/arena.ts'

const BINS = 40
/** Twice the octaves below the unit at which the bins begin: rises from 2^-14 of the unit up to 2^6 of it. */
const BELOW = 28
/** Outcomes after which all counts are halved: two to four days of a sample a minute. */
const MEMORY = 1500

/**
 * The empirical tail of how far the series rose within a horizon, whatever the level it started from, in half octaves of a
 * unit: the limit itself, so that rescaling a series changes nothing. Knows something of a limit that was never crossed.
 */
export class RiseTail {
  static readonly bytes: number = 4 * (BINS + 1)
  /** The count of every bin, then their sum. */
  readonly counts: Float32Array
  readonly #unit: number

  constructor(limit: number, arena: Arena) {
    this.counts = arena.float32(BINS + 1)
    this.#unit = Math.abs(limit) || 1
  }

  learn(rise: number): void {
    const { counts } = this
    counts[this.#bin(rise)]!++
    if (++counts[BINS]! < MEMORY) return
    for (let i = 0; i <= BINS; i++) counts[i]! *= 0.5
  }

  /** The share of rises that were at least so high. */
  atLeast(rise: number): number {
    const { counts } = this
    const total = counts[BINS]!
    if (total < 1) return 0
    const position = this.#position(rise)
    const bin = Math.floor(position)
    let above = counts[bin]! * (1 - (position - bin))
    for (let i = bin + 1; i < BINS; i++) above += counts[i]!
    return above / total
  }

  /** The rise that a share of the rises did not exceed; undefined before the first one. */
  quantile(share: number): number | undefined {
    const { counts } = this
    let left = share * counts[BINS]!
    if (!(left > 0)) return undefined
    let bin = 0
    while (bin < BINS - 1 && left > counts[bin]!) left -= counts[bin++]!
    // The lowest bin holds what did not rise at all.
    return bin === 0 ? 0 : this.#unit * 2 ** ((bin + left / counts[bin]! - BELOW) / 2)
  }

  #bin(rise: number): number {
    return Math.floor(this.#position(rise))
  }

  #position(rise: number): number {
    if (!(rise > 0)) return 0
    const position = 2 * Math.log2(rise / this.#unit) + BELOW
    return position < 0 ? 0 : position >= BINS ? BINS - 0.001 : position
  }
}
