/** The outcome for a key. Callers that ask while its work is under way share the outcome of that work. */
export interface Flight<T> {
  readonly result: T
  /** True for those who only waited. */
  readonly shared: boolean
}

/** One piece of work for a key at a time: whoever asks meanwhile gets the same result, or the same error. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>()

  /** Keys at work now. */
  get size(): number {
    return this.#flights.size
  }

  async run(key: string, work: () => Promise<T>): Promise<Flight<T>> {
    const known = this.#flights.get(key)
    if (known !== undefined) return { result: await known, shared: true }
    const flight = work().finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return { result: await flight, shared: false }
  }
}
