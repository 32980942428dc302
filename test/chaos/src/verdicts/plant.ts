/** What a rule watches: one value every 10 s, NaN when its sample is missing (the plant goes on underneath). */
export interface Plant {
  /** @param acted whether the action's effect lasts at this moment */
  next(acted: boolean): number
  /** The action is taken now. */
  act?(): void
}
