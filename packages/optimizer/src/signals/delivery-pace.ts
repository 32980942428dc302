/** A reader that has been silent for so long is not waited for any more. */
const FORGET_MS = 3_600_000

interface Deliveries {
  at: number
  intervalMs: number
  previousMs: number
}

/** How often the attached readers deliver. */
export class DeliveryPace {
  readonly #readers = new Map<object, Deliveries>()

  /** Takes the time of a delivery. */
  see(reader: object, at: number): void {
    const known = this.#readers.get(reader)
    if (known === undefined) this.#readers.set(reader, { at, intervalMs: 0, previousMs: 0 })
    else {
      known.previousMs = known.intervalMs
      known.intervalMs = at - known.at
      known.at = at
    }
    for (const [other, { at: deliveredAt }] of this.#readers)
      if (at - deliveredAt > FORGET_MS) this.#readers.delete(other)
  }

  /** The interval of the slowest reader; 0 when none has delivered three times. One long pause does not make the pace slower. */
  get slowestMs(): number {
    let slowest = 0
    for (const { intervalMs, previousMs } of this.#readers.values())
      slowest = Math.max(slowest, Math.min(intervalMs, previousMs))
    return slowest
  }
}
