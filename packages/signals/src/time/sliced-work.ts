import { atOnce, type Steps } from './steps.ts'
import { nextTurn } from './timers.ts'

/** How long something worked, its rests excluded. */
export class Stopwatch {
  #ms = 0
  #since: number | undefined = performance.now()

  /** Milliseconds so far. */
  get ms(): number {
    return this.#since === undefined ? this.#ms : this.#ms + performance.now() - this.#since
  }

  rest(): void {
    this.#ms = this.ms
    this.#since = undefined
  }

  goOn(): void {
    this.#since ??= performance.now()
  }
}

/**
 * Takes steps until a slice of time is used up, rests while the event loop turns, and goes on: what waits in the meantime
 * waits no longer than a slice and the step that ends it.
 */
export class SlicedWork<T> {
  /** Settles when all steps are taken. */
  readonly done: Promise<T>
  readonly #steps: Steps<T>
  readonly #watch: Stopwatch
  #outcome: { readonly value: T } | undefined

  constructor(steps: Steps<T>, sliceMs: number, watch: Stopwatch = new Stopwatch()) {
    this.#steps = steps
    this.#watch = watch
    this.done = this.#inSlices(sliceMs)
  }

  /** Takes the steps that are left at once. */
  finish(): T {
    this.#watch.goOn()
    return (this.#outcome ??= { value: atOnce(this.#steps) }).value
  }

  async #inSlices(sliceMs: number): Promise<T> {
    // Not in the caller's turn: it has done some work already.
    this.#watch.rest()
    await nextTurn()
    while (this.#outcome === undefined) {
      const began = performance.now()
      this.#watch.goOn()
      while (this.#outcome === undefined && performance.now() - began < sliceMs) {
        const { done, value } = this.#steps.next()
        if (done) this.#outcome = { value }
      }
      this.#watch.rest()
      if (this.#outcome === undefined) await nextTurn()
    }
    return this.#outcome.value
  }
}
