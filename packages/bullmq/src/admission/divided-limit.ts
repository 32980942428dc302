import { every, type Registry } from '@homeostat/signals'
import type { Ticket } from './admission.ts'
import { LOOP_UNLIMITED, type AdmissionLimits } from './admission-limits.ts'
import { SlotTrial, TRIAL_LOOK_MS } from './slot-trial.ts'
import type { Arms } from './trial-slots.ts'

/** Options of `new DividedLimit()`. */
export interface DividedLimitOptions {
  readonly limits: AdmissionLimits
  /** Takes the counts of the trial. */
  readonly registry: Registry
  /** The heavy jobs that have asked and have not ended. */
  readonly tickets: () => readonly Ticket[]
  readonly onFault: (error: unknown) => void
}

/** Turns the limit of the loop on and off in slots of time, so that both can be compared, see {@link SlotTrial}. */
export class DividedLimit {
  readonly #options: DividedLimitOptions
  #trial: SlotTrial | undefined
  #looks: Disposable | undefined
  #control = LOOP_UNLIMITED

  constructor(options: DividedLimitOptions) {
    this.#options = options
  }

  /**
   * @param arms - deals the slots of time; undefined: the limit holds again
   * @param control - the limit of the slots that are left alone
   */
  divide(arms: Arms | undefined, control: number, now: number): void {
    for (const ended of [this.#looks, this.#trial]) ended?.[Symbol.dispose]()
    this.#looks = this.#trial = undefined
    this.#control = control
    if (arms !== undefined) {
      const { limits, registry, tickets, onFault } = this.#options
      const isFair = (): boolean => Math.min(limits.loop, control) >= 1
      const trial = new SlotTrial({ arms, registry, tickets, isFair, now })
      this.#trial = trial
      this.#looks = every(TRIAL_LOOK_MS, () => trial.look(performance.now()), onFault)
    }
    this.#turn()
  }

  /** @returns whether another slot has begun, and its limit holds now */
  advance(now: number): boolean {
    if (this.#trial?.advance(now) !== true) return false
    this.#turn()
    return true
  }

  /** Sets the limit of the present slot. */
  #turn(): void {
    const isLeftAlone = this.#trial?.arm === 'control'
    this.#options.limits.tryLoop(this.#trial !== undefined, isLeftAlone ? this.#control : undefined)
  }
}
