/**
 * Objects to lend to the plans of an evaluation, last in first out. All expressions share them: an evaluation never waits,
 * and with a thousand rules what the last one used is still in the processor's cache, which objects of their own would not be.
 */
export class LendingPool<T> {
  readonly #make: () => T
  readonly #objects: T[] = []
  #lent = 0

  constructor(make: () => T) {
    this.#make = make
  }

  take(): T {
    const object = (this.#objects[this.#lent] ??= this.#make())
    this.#lent += 1
    return object
  }

  /** Takes back the one lent last. */
  give(): void {
    this.#lent -= 1
  }

  /** How many are lent; a mark to wind back to. */
  get lent(): number {
    return this.#lent
  }

  /** Takes back what was lent since the mark. */
  windBack(mark: number): void {
    this.#lent = mark
  }
}
