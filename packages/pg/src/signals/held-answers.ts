const MOST_NAMES = 5

/** Statements whose answers were there in time, and waited because the event loop was held. */
export class HeldAnswers {
  /** How many there were. */
  count = 0
  /** How long their answers waited at most, and how long the server worked on them, in milliseconds. */
  heldMs = 0
  workedMs = 0
  /** The first jobs and routes that they were sent for. */
  readonly holders: string[] = []
  /** When the last one was, in milliseconds of the monotonic clock. */
  lastAt: number = Number.NEGATIVE_INFINITY

  note(tookMs: number, workedMs: number, sender: string | undefined, now: number): void {
    this.count++
    this.lastAt = now
    this.heldMs += tookMs - workedMs
    this.workedMs += workedMs
    if (sender !== undefined && this.holders.length < MOST_NAMES && !this.holders.includes(sender))
      this.holders.push(sender)
  }
}
