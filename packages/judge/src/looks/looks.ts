import type { Alpha } from '../life/alpha.ts'

/** Episodes per side at which the judge looks, and at no other time: a look after each episode finds something sooner or later. */
export type Look = 6 | 12 | 24 | 48

/** How a look divides what a generation may spend, and the level of the interval that it reports. */
export interface Level {
  /** Shares of the generation's {@link Alpha}. */
  readonly better: number
  readonly worse: number
  /** Each end of the interval errs with this probability. */
  readonly interval: number
}

/**
 * The shares add up to one and the intervals' errors to 0.025 an end, so that the union bound (Bonferroni, 1936) holds whatever the
 * looks have in common. In the first generation 6 against 6 are enough for a verdict with at most two pairs out of order (4 / 924): an
 * effect of 20 % is mostly found there, and later looks need little.
 */
export const looks: ReadonlyMap<Look, Level> = new Map([
  [6, { better: 0.58, worse: 0.175, interval: 0.005 }],
  [12, { better: 0.22, worse: 0.5, interval: 0.008 }],
  [24, { better: 0.1, worse: 0.2, interval: 0.006 }],
  [48, { better: 0.1, worse: 0.125, interval: 0.006 }],
])

/** What a look may spend per side. */
export function spentAt(look: Look, alpha: Alpha): Alpha {
  const { better, worse } = looks.get(look)!
  return { better: better * alpha.better, worse: worse * alpha.worse }
}

/** The share of a look's episodes that must be matched; by fair coins some stay without a neighbour of the other arm. */
const MATCHED = 0.75

export function isDue(look: Look, acts: number, controls: number, pairs: number): boolean {
  return Math.min(acts, controls) >= look && pairs >= MATCHED * look
}
