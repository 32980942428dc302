/** Time that stands still until it is set, and flows only while something real is waited for. */
export class VirtualTime {
  #base: number
  #flowsFrom: number | undefined
  readonly #waiting = new Set<{ readonly at: number; readonly resolve: () => void }>()

  constructor(start: number) {
    this.#base = start
  }

  readonly now = (): number =>
    this.#base + (this.#flowsFrom === undefined ? 0 : Math.round(performance.now() - this.#flowsFrom))

  set(at: number): void {
    this.#base = at
    for (const one of this.#waiting) {
      if (one.at > at) continue
      this.#waiting.delete(one)
      one.resolve()
    }
  }

  /** Resolves once it is so late. */
  reaches(at: number): Promise<void> {
    return new Promise(resolve => this.#waiting.add({ at, resolve }))
  }

  /** Lets time flow as it really does until the work is done. */
  async during(work: Promise<unknown>): Promise<void> {
    this.#flowsFrom = performance.now()
    // The loop's own timers keep no process alive.
    const alive = setInterval(() => undefined, 1000)
    await work.finally(() => clearInterval(alive))
    this.#base = this.now()
    this.#flowsFrom = undefined
  }
}
