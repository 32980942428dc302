/** Counts the reads that were begun and are not answered yet, by a replica or after it by the primary. */
export class ReadsUnderWay {
  #count = 0
  #settled: (() => void)[] = []

  begin(): void {
    this.#count++
  }

  end(): void {
    if (--this.#count > 0) return
    const settled = this.#settled
    this.#settled = []
    for (const settle of settled) settle()
  }

  /** Settles when each is answered; undefined while there is none. */
  settled(): Promise<void> | undefined {
    return this.#count === 0 ? undefined : new Promise(resolve => void this.#settled.push(resolve))
  }
}
