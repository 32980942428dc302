import { CALENDAR_FEATURES, describeCalendar } from './calendar-features.ts'
import { describeEpisodes, EPISODE_FEATURES } from './episode-features.ts'
import { describeExperience, EXPERIENCE_FEATURES, ONLINE_IN_EXPERIENCE } from './experience-features.ts'
import type { Experience } from './experience.ts'
import { describeLevel, LEVEL_FEATURES } from './level-features.ts'
import { describeMovement, MOVEMENT_FEATURES } from './movement-features.ts'
import type { SeriesHistory } from './series-history.ts'
import type { Situation } from './situation.ts'
import { TRAIT_FEATURES } from './traits.ts'

/** Everything the trees may ask about, all of it free of units. */
export const FEATURES: readonly string[] = [
  ...LEVEL_FEATURES,
  ...MOVEMENT_FEATURES,
  ...EPISODE_FEATURES,
  ...CALENDAR_FEATURES,
  ...EXPERIENCE_FEATURES,
  ...TRAIT_FEATURES,
]

const MOVEMENT_AT = LEVEL_FEATURES.length
const EPISODES_AT = MOVEMENT_AT + MOVEMENT_FEATURES.length
const CALENDAR_AT = EPISODES_AT + EPISODE_FEATURES.length
const EXPERIENCE_AT = CALENDAR_AT + CALENDAR_FEATURES.length
const TRAITS_AT = EXPERIENCE_AT + EXPERIENCE_FEATURES.length

/** Where the log odds of the online regression and their variance are. */
export const ONLINE_AT: number = EXPERIENCE_AT + ONLINE_IN_EXPERIENCE
export const VARIANCE_AT: number = ONLINE_AT + 1

/** Describes the history's last sample as seen from a limit and horizon. */
export function describeSituation(out: Situation, history: SeriesHistory, experience: Experience): void {
  describeLevel(out, 0, history, experience)
  describeMovement(out, MOVEMENT_AT, history, experience)
  describeEpisodes(out, EPISODES_AT, history, experience)
  describeCalendar(out, CALENDAR_AT, history, experience)
  describeExperience(out, EXPERIENCE_AT, history, experience)
  // A loop, as in the other places: `set` from another kind of array costs as much as a group of features.
  for (let i = 0; i < TRAIT_FEATURES.length; i++) out.features[TRAITS_AT + i] = experience.traits[i]!
}
