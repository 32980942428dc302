import { logit } from './logit.ts'
import type { SeriesHistory } from './series-history.ts'
import type { Situation } from './situation.ts'
import { binOf, within } from './bins.ts'
import { TABLE_STARTS, TABLES } from './situation.ts'
import type { Experience } from './experience.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What the experience has learned itself about situations like this one, and how much it has seen. */
export const EXPERIENCE_FEATURES = [
  'tableLevel',
  'tableSince',
  'tableDay',
  'tableHour',
  'tablePeak',
  'tableFine',
  'tail',
  'cellCount',
  'online',
  'onlineVariance',
  'baseRate',
  'recentRate',
  'outcomes',
  'crossed',
  'age',
] as const

/** Where the online regression's log odds are within these features. */
export const ONLINE_IN_EXPERIENCE: number = EXPERIENCE_FEATURES.indexOf('online')

const LEVEL_EDGES = [0.1, 0.25, 0.5, 0.8, 1.2, 1.8, 2.6]
const FINE_EDGES = [0.03, 0.08, 0.15, 0.25, 0.37, 0.5, 0.65, 0.8, 1, 1.25, 1.55, 1.9, 2.4, 3.2, 4.5]
const REACH_EDGES = [0.05, 0.2, 0.4, 0.7, 1]
const TREND_EDGES = [-0.3, -0.08, 0.02, 0.1, 0.3]

export function describeExperience(out: Situation, at: number, history: SeriesHistory, experience: Experience): void {
  const { features, cells, inputs } = out
  const { tables, tail, baseRate, outcomes, online } = experience
  chooseCells(out, history, experience)
  inputs[0] = 1
  for (let t = 0; t < TABLES; t++) {
    const odds = logit(tables.rate(cells[t]!, baseRate))
    features[at + t] = odds
    inputs[1 + t] = odds
  }
  const tailOdds = logit((tail.atLeast(out.gap) * outcomes + baseRate) / (outcomes + 1))
  inputs[TABLES + 1] = tailOdds
  describeInputs(out, history, experience)
  const from = at + TABLES
  features[from] = tailOdds
  features[from + 1] = tables.count(cells[0]!)
  features[from + 2] = online.logOdds(inputs, 0)
  features[from + 3] = online.varianceOf(inputs)
  features[from + 4] = logit(baseRate)
  features[from + 5] = logit(experience.recentRate)
  features[from + 6] = Math.log2(1 + outcomes)
  features[from + 7] = Math.log2(1 + experience.crossed)
  features[from + 8] = Math.log2(1 + history.nowMs / HOUR_MS)
}

function chooseCells(
  { cells, level, reach1h, trend15, sinceAboveMs }: Situation,
  history: SeriesHistory,
  experience: Experience,
) {
  const { wallMs, stepMs } = history
  const { horizonMs } = experience
  const never = experience.crossings.lastAboveMs < 0
  const lately = !never && sinceAboveMs <= 2 * horizonMs ? 1 : 0
  const recency = never ? 4 : recencyOf(sinceAboveMs, stepMs, horizonMs)
  const coarse = binOf(level, LEVEL_EDGES)
  const halfOctave = Math.min(23, Math.floor(2 * Math.log2(1 + sinceAboveMs / stepMs)))
  cells[0] = TABLE_STARTS[0]! + coarse * 5 + recency
  cells[1] = TABLE_STARTS[1]! + halfOctave * 2 + (coarse > 3 ? 1 : 0)
  cells[2] = TABLE_STARTS[2]! + Math.floor((wallMs % DAY_MS) / (DAY_MS / 48)) * 2 + lately
  cells[3] = TABLE_STARTS[3]! + Math.floor((wallMs % HOUR_MS) / (HOUR_MS / 20)) * 2 + lately
  cells[4] = TABLE_STARTS[4]! + binOf(reach1h, REACH_EDGES) * 6 + binOf(trend15, TREND_EDGES)
  cells[5] = TABLE_STARTS[5]! + binOf(level, FINE_EDGES)
}

function recencyOf(sinceMs: number, stepMs: number, horizonMs: number): number {
  if (sinceMs <= 2.5 * stepMs) return 0
  if (sinceMs <= horizonMs) return 1
  return sinceMs <= 4 * horizonMs ? 2 : 3
}

/** Squashed and roughly centred, as a linear model wants them. */
function describeInputs(out: Situation, history: SeriesHistory, experience: Experience): void {
  const { inputs } = out
  const baseOdds = logit(experience.baseRate)
  const never = experience.crossings.lastAboveMs < 0
  const at = TABLES + 2
  inputs[at] = (logit(out.rateDays) - baseOdds) * (out.wholeDays / 7)
  inputs[at + 1] = logit(out.rateHours) - baseOdds
  inputs[at + 2] = logit(out.rateHalfHours) - baseOdds
  inputs[at + 3] = logit(out.rateBest) - baseOdds
  inputs[at + 4] = logit(out.daysShare) * (out.daysKnown / 7)
  inputs[at + 5] = within(out.level, 4) - 1.5
  inputs[at + 6] = within(out.reach30, 1.5)
  inputs[at + 7] = within(out.reach24h, 1.5) - 0.5
  inputs[at + 8] = within(out.trend1h, 1.5)
  inputs[at + 9] = within(out.walks, 4) - 2
  inputs[at + 10] = never ? 1 : Math.min(12, Math.log2(1 + out.sinceAboveMs / history.stepMs)) / 6 - 1
  inputs[at + 11] = within(out.reach5, 1.5)
  inputs[at + 12] = within(out.reach1h, 1.5)
  inputs[at + 13] = within(out.reach3h, 1.5)
  inputs[at + 14] = within(out.trend5, 1.5)
  inputs[at + 15] = within(out.fall5, 1.5)
  inputs[at + 16] = logit(out.hoursShare)
  inputs[at + 17] = Math.sqrt(experience.crossings.shares[0]!)
  inputs[at + 18] = logit(experience.recentRate)
  inputs[at + 19] = within(out.slope, 2)
}
