/** Sums in which what happened `fadeSeconds` ago counts 1/e. Their ratios are means of the recent past. */
export class FadedSums<Name extends string> {
  readonly #fadeSeconds: number
  readonly #names: readonly Name[]
  readonly #sums: Record<Name, number>

  constructor(names: readonly Name[], fadeSeconds: number) {
    this.#names = names
    this.#fadeSeconds = fadeSeconds
    this.#sums = zeros(names)
  }

  /** Lets time pass, then adds. A value that is not finite counts as 0. */
  add(seconds: number, values: Readonly<Record<Name, number>>): void {
    const kept = seconds > 0 ? Math.exp(-seconds / this.#fadeSeconds) : 1
    for (const name of this.#names) {
      const value = values[name]
      this.#sums[name] = this.#sums[name] * kept + (Number.isFinite(value) ? value : 0)
    }
  }

  get(name: Name): number {
    return this.#sums[name]
  }

  clear(): void {
    Object.assign(this.#sums, zeros(this.#names))
  }
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map(name => [name, 0])) as Record<Name, number>
}
