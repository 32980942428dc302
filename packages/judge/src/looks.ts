/** Episodes per side at which the judge looks, and at no other time: a look after each episode finds something sooner or later. */
export type Look = 6 | 12 | 24 | 48

/**
 * What each look may spend of the error of 0.025 per side. The sum is 0.025, so the union bound (Bonferroni, 1936) holds whatever
 * the looks have in common. The first look gets enough for 6 against 6 with at most two pairs out of order (4 / 924).
 */
export const looks: ReadonlyMap<Look, number> = new Map([
  [6, 0.005],
  [12, 0.008],
  [24, 0.006],
  [48, 0.006],
])

/** The share of a look's episodes that must be matched; by fair coins some stay without a neighbour of the other arm. */
const MATCHED = 0.75

export function isDue(look: Look, acts: number, controls: number, pairs: number): boolean {
  return Math.min(acts, controls) >= look && pairs >= MATCHED * look
}
