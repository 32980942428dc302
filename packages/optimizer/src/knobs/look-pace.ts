/** In the first minute, and then for ever. */
const [EARLY_MS, LATER_MS, EARLY_LOOKS] = [1000, 5000, 60]

/** How often a value is looked at that could not be undone, or that may still come. */
export class LookPace {
  #looks = 0

  looked(): void {
    this.#looks++
  }

  get nextMs(): number {
    return this.#looks < EARLY_LOOKS ? EARLY_MS : LATER_MS
  }
}
