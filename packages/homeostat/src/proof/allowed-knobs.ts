import type { Knob } from '@homeostat/optimizer'
import { didYouMean, shownName, type Warn } from '@homeostat/signals/options'

/** Unknown names that are reported. */
const MOST_UNKNOWN = 5

/** The knobs that the option `prove` names; a name that no knob has is reported. */
export function allowedKnobs(prove: readonly string[], knobs: readonly Knob[], warn: Warn): readonly string[] {
  const names = knobs.map(({ name }) => name)
  for (const unknown of prove.filter(name => !names.includes(name)).slice(0, MOST_UNKNOWN))
    warn(`prove names ${shownName(unknown)}, but no package in use provides such a knob${didYouMean(unknown, names)}`)
  return prove
}
