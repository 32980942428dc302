/** The chance of a wrong verdict on an action that does nothing: of being ever called `effective`, and of being ever called `harmful`. */
export interface Alpha {
  readonly better: number
  readonly worse: number
}

/**
 * What one rule and action may spend in its whole life. `effective` gets less than `harmful`: with 120 actions that do nothing beside 20
 * that help, 120 x 0.015 = 1.8 wrong verdicts beside some 20 right ones keep false discoveries below 10 %, and no action needs to know
 * of another.
 */
export const LIFE_ALPHA: Alpha = { better: 0.015, worse: 0.05 }
