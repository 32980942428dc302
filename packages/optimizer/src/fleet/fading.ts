/** Names that are remembered until a time each. */
export class Fading {
  readonly #clock: () => number
  readonly #until = new Map<string, number>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Those whose time has not come. */
  get live(): ReadonlySet<string> {
    const now = this.#clock()
    for (const [name, until] of this.#until) if (until <= now) this.#until.delete(name)
    return new Set(this.#until.keys())
  }

  add(name: string, until: number): void {
    this.#until.set(name, until)
  }

  delete(name: string): void {
    this.#until.delete(name)
  }
}
