import { upperZ } from '../ranks/normal.ts'
import type { Alpha } from '../life/alpha.ts'
import { isDue, looks, spentAt, type Look } from './looks.ts'

export interface Standing {
  readonly acts: number
  readonly controls: number
  readonly pairs: number
  /** The latest look that has been. */
  readonly last: Look | undefined
}

/** The episodes that the next look needs, in words. */
export function shortfall({ acts, controls, pairs, last }: Standing): string {
  const next = [...looks.keys()].find(look => look > (last ?? 0))
  if (next === undefined)
    return 'nothing more: the last look is over and any effect is too small to distinguish from none'
  const counts = `${Math.min(acts, next)} of ${next} act, ${Math.min(controls, next)} of ${next} control`
  const besides = Math.min(acts, controls) >= next && !isDue(next, acts, controls, pairs)
  return besides ? `${counts}, but only ${pairs} pairs ran side by side` : counts
}

/**
 * The look at which a relative change of `effect` is found with a probability of 80 %, when log ratios vary by `sd` in each
 * arm; undefined when none is. Rank tests need pi / 3 times the episodes of a t-test on normal numbers (Lehmann, 1975).
 */
export function decidableAt(effect: number, sd: number, alpha: Alpha): Look | undefined {
  const size = Math.abs(Math.log1p(effect))
  for (const look of looks.keys()) {
    const needed = (Math.PI / 3) * 2 * ((upperZ(spentAt(look, alpha).better) + upperZ(0.2)) * (sd / size)) ** 2
    if (needed <= look) return look
  }
  return undefined
}
