/** Squares of larger numbers overflow once they are summed up. */
const LARGEST = 1e100

/**
 * Arrays of one owner in one piece of memory: an array of its own costs some 200 bytes beside its numbers, and a piece is
 * saved as a whole. Take the widest numbers first, so that everything is aligned.
 */
export class Arena {
  readonly #buffer: ArrayBuffer
  readonly #floats: (Float64Array | Float32Array)[] = []
  #used = 0

  constructor(bytes: number) {
    // Rounded up, because a calendar of words may end between two doubles.
    this.#buffer = new ArrayBuffer(Math.ceil(bytes / 8) * 8)
  }

  float64(length: number): Float64Array {
    const floats = new Float64Array(this.#buffer, this.#take(8 * length), length)
    this.#floats.push(floats)
    return floats
  }

  float32(length: number): Float32Array {
    const floats = new Float32Array(this.#buffer, this.#take(4 * length), length)
    this.#floats.push(floats)
    return floats
  }

  uint32(length: number): Uint32Array {
    return new Uint32Array(this.#buffer, this.#take(4 * length), length)
  }

  uint16(length: number): Uint16Array {
    return new Uint16Array(this.#buffer, this.#take(2 * length), length)
  }

  /** Whether each float is a number that learning can have left: finite, and not so large that sums of it are not. */
  get isSound(): boolean {
    // Also false for NaN.
    return this.#floats.every(floats => floats.every(value => Math.abs(value) <= LARGEST))
  }

  /** All of it. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#buffer)
  }

  #take(bytes: number): number {
    const from = this.#used
    this.#used += bytes
    return from
  }
}
