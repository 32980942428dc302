import { within } from '../learning/bins.ts'
import { SHARE } from '../crossings.ts'
import type { Experience } from '../experience.ts'
import { logit } from '../learning/logit.ts'
import type { SeriesHistory } from '../series-history.ts'
import type { Learned } from './learned.ts'
import type { Aspects } from './aspects.ts'
import type { Rows } from './rows.ts'
import { TABLES } from './tables.ts'

/** Writes the inputs of the online regression, squashed and roughly centred, as a linear model wants them. */
export function describeInputs(
  inputs: Rows,
  { level, movement, episodes, recurrence }: Aspects,
  learned: Learned,
  { stepMs }: SeriesHistory,
  { crossings }: Experience,
): void {
  const { baseOdds, tableOdds } = learned
  inputs.row('constant', 1, 'base rate')
  for (let t = 0; t < TABLES.length; t++) inputs.row(TABLES[t]!.name, tableOdds[t]!, TABLES[t]!.reason)
  inputs.row('tail', learned.tailOdds, 'level')
  inputs.row('calendarDays', (logit(recurrence.rateDays) - baseOdds) * (recurrence.wholeDays / 7), 'calendar')
  inputs.row('calendarHours', logit(recurrence.rateHours) - baseOdds, 'calendar')
  inputs.row('calendarHalfHours', logit(recurrence.rateHalfHours) - baseOdds, 'calendar')
  inputs.row('calendarBest', logit(recurrence.rateBest) - baseOdds, 'calendar')
  inputs.row('daysShare', logit(recurrence.daysShare) * (recurrence.daysKnown / 7), 'calendar')
  inputs.row('gapSpread7d', within(level.deviations, 4) - 1.5, 'level')
  inputs.row('reach30', within(movement.reach30, 1.5), 'recent peaks')
  inputs.row('reach24h', within(movement.reach24h, 1.5) - 0.5, 'recent peaks')
  inputs.row('trend1h', within(movement.trend1h, 1.5), 'movement')
  inputs.row('gapSteps1h', within(level.walks, 4) - 2, 'level')
  const halfOctaves = Math.min(12, Math.log2(1 + episodes.sinceAboveMs / stepMs))
  inputs.row('sinceAbove', episodes.never ? 1 : halfOctaves / 6 - 1, 'last crossings')
  inputs.row('reach5', within(movement.reach5, 1.5), 'recent peaks')
  inputs.row('reach1h', within(movement.reach1h, 1.5), 'recent peaks')
  inputs.row('reach3h', within(movement.reach3h, 1.5), 'recent peaks')
  inputs.row('trend5', within(movement.trend5, 1.5), 'movement')
  inputs.row('fall5', within(movement.fall5, 1.5), 'movement')
  inputs.row('hoursShare', logit(recurrence.hoursShare), 'calendar')
  inputs.row('above1h', Math.sqrt(crossings.shares[SHARE.of1h]!), 'last crossings')
  inputs.row('recentRate', learned.recentOdds, 'last crossings')
  inputs.row('slope', within(movement.slope, 2), 'movement')
}
