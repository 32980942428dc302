/** A set without an answer: whether it took effect is not known, and it may still do so. */
export class UncertainSet {
  readonly from: number
  readonly next: number
  readonly #until: number
  #isUnderWay = false

  /** @param withinMs - a set that has left the process may arrive for so long */
  constructor(from: number, next: number, withinMs: number) {
    this.from = from
    this.next = next
    this.#until = performance.now() + withinMs
  }

  /** The call itself has not ended: as long as it runs, it may set the value. */
  isUnderWayUntil(settled: Promise<void>, onSettled: () => void): void {
    this.#isUnderWay = true
    void settled.finally(() => {
      this.#isUnderWay = false
      onSettled()
    })
  }

  get mayCome(): boolean {
    return this.#isUnderWay || performance.now() < this.#until
  }
}
