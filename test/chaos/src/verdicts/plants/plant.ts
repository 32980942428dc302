/** The value that a rule watches: one every 10 s, NaN when its sample is missing (the plant goes on underneath). */
export interface Plant {
  /** @param acted whether the action's effect lasts at this moment */
  next(acted: boolean): number
  /** The action is taken now. */
  act?(): void
  /** Further label sets of the same rule. They fire when this one does, and each has an arm of its own. */
  readonly beside?: readonly Plant[]
}

export type CreatePlant = (random: () => number) => Plant

export const STEPS_PER_HOUR = 360
export const STEPS_PER_DAY = 24 * STEPS_PER_HOUR
