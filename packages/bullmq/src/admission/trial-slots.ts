/** So long a slot is measured, in milliseconds. */
const MEASURED_MS = 1000
/** A slot ends after this time also where earlier jobs still run, in milliseconds. */
const LONGEST_MS = 15_000

/** Which half of the slots one belongs to: those with the new limit, or those with the earlier one. */
export type Arm = 'act' | 'control'
/** Deals units to the halves. */
export type Arms = (unit: string) => Arm

/**
 * The short stretches of time in which a limit is on or off while a trial compares both. They come in pairs with one of each, and a
 * trial deals which comes first.
 *
 * A slot is measured for a second, and that begins when the heavy jobs that had asked before it have ended: what one slot leaves to the
 * next is counted for neither. It is a state machine: `now` is a parameter, in milliseconds of one clock.
 */
export class TrialSlots {
  readonly #arms: Arms
  #pair = 0
  #isFirst = true
  #arm: Arm
  #startedAt: number
  #measuredFrom: number | undefined

  constructor(arms: Arms, now: number) {
    this.#arms = arms
    this.#startedAt = now
    this.#arm = arms('0')
  }

  get arm(): Arm {
    return this.#arm
  }

  /** Whether what happens now counts for the present half. */
  get isMeasured(): boolean {
    return this.#measuredFrom !== undefined
  }

  /**
   * Takes a look.
   *
   * @param isClear - whether nothing of the earlier slots goes on
   * @returns whether another slot has begun
   */
  advance(now: number, isClear: boolean): boolean {
    if (isClear) this.#measuredFrom ??= now
    const isDone = this.#measuredFrom !== undefined && now - this.#measuredFrom >= MEASURED_MS
    if (!isDone && now - this.#startedAt < LONGEST_MS) return false
    this.#measuredFrom = undefined
    this.#startedAt = now
    if (this.#isFirst) this.#arm = this.#arm === 'act' ? 'control' : 'act'
    else this.#arm = this.#arms(String(++this.#pair))
    this.#isFirst = !this.#isFirst
    return true
  }
}
