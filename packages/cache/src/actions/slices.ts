import { nextTurn } from '@homeostat/signals'

/** Work cut into slices, with a turn of the event loop between them. */
export class Slices {
  readonly #sliceMs: number
  #start = performance.now()
  #longestMs = 0

  constructor(sliceMs: number) {
    this.#sliceMs = sliceMs
  }

  /** True when the present slice has used up its time. */
  get isOver(): boolean {
    return performance.now() - this.#start >= this.#sliceMs
  }

  /** Ends the slice, lets the event loop turn, begins the next. */
  async next(): Promise<void> {
    this.end()
    await nextTurn()
    this.#start = performance.now()
  }

  end(): void {
    this.#longestMs = Math.max(this.#longestMs, performance.now() - this.#start)
  }

  /** The longest slice so far, in milliseconds: a callback of the application may have drawn it out. */
  get longestMs(): number {
    return this.#longestMs
  }
}
