import { type CreatePlant, STEPS_PER_DAY, STEPS_PER_HOUR } from './plant.ts'

export interface JobOptions {
  /** In steps. */
  readonly every: number
  /** How long it loads the service each time, in steps. */
  readonly lasts: number
  /** What it multiplies the load by. */
  readonly load: number
  /**
   * The action ends the load of this time: while the effect lasts the value is multiplied by this, then it is quiet until the
   * next time. @default the action does nothing
   */
  readonly cure?: number
}

/** 25 minutes of each hour. */
export const HOURLY = { every: STEPS_PER_HOUR, lasts: (25 / 60) * STEPS_PER_HOUR, load: 1.8 }

/** Two hours of each night. */
export const NIGHTLY = { every: STEPS_PER_DAY, lasts: 2 * STEPS_PER_HOUR, load: 1.8 }

/** A load on the clock: without an action the rule fires all the time that the job takes, and is quiet between. */
export function withJob(create: CreatePlant, { every, lasts, load, cure }: JobOptions): CreatePlant {
  return random => {
    const plant = create(random)
    let step = Math.floor(random() * every)
    let isCured = false
    return {
      next(acted) {
        step = (step + 1) % every
        if (step === 0) isCured = false
        const value = plant.next(acted)
        if (step >= lasts) return value
        if (!isCured) return value * load
        return acted ? value * load * cure! : value
      },
      act() {
        plant.act?.()
        if (cure !== undefined && step < lasts) isCured = true
      },
    }
  }
}
