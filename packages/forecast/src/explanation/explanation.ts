import { percent } from './percent.ts'
import type { Reason } from './reason.ts'
import type { SeriesHistory } from '../series-history.ts'
import type { Situation } from '../situation.ts'
import { REASONS } from '../situation.ts'
import type { Target } from '../target.ts'
import { wordsOf } from './words.ts'

/** One reason for a forecast, and how much it moved the probability. */
export interface Contribution {
  readonly reason: Reason
  /** Added to the log odds of a crossing: 0.7 doubles the odds, -0.7 halves them. */
  readonly logOdds: number
  readonly words: string
}

/** Each against what is usual for the series. Contributions add up to the log odds of the probability, the weightiest first. */
export interface Explanation {
  readonly probability: number
  readonly summary: string
  readonly contributions: readonly Contribution[]
}

/** Takes the last answer apart; `situation` has to be the one that it came from. */
export function explainSituation(
  probability: number,
  situation: Situation,
  history: SeriesHistory,
  target: Target,
  ratio: boolean,
): Explanation {
  const { experience } = target
  const { limit } = experience
  const words = wordsOf(situation, history, experience, ratio)
  if (history.samples < 3 || history.value >= limit) {
    const what: Reason = history.samples < 3 ? 'base rate' : 'level'
    const only = { reason: what, logOdds: 0, words: history.samples < 3 ? 'no samples yet' : words.level }
    return { probability, summary: only.words, contributions: [only] }
  }
  const { weights } = experience.online
  const { usual } = experience
  const { inputs, learned } = situation
  const sums = new Map<Reason, number>()
  const add = (reason: Reason, odds: number): void => void sums.set(reason, (sums.get(reason) ?? 0) + odds)
  // Against what is usual here: a weight times an input alone would call a constant a reason.
  REASONS.forEach((reason, i) => {
    add('base rate', weights[i]! * (i === 0 ? 1 : usual[i]!))
    if (i > 0) add(reason, weights[i]! * (inputs.values[i]! - usual[i]!))
  })
  add('other series', target.rawOdds - learned.onlineOdds)
  add('recalibration', target.recalibrate() - target.rawOdds)
  const contributions = [...sums]
    .map(([reason, logOdds]): Contribution => ({ reason, logOdds, words: words[reason] }))
    .toSorted((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds))
  const toward = contributions
    .filter(({ logOdds, reason }) => Math.abs(logOdds) >= 0.2 && reason !== 'base rate')
    .slice(0, 3)
  const because = toward.map(({ logOdds, words }) => `${words} (${logOdds > 0 ? 'raises' : 'lowers'} it)`).join('; ')
  const summary = `${percent(probability)} within ${minutes(experience.horizonMs)}: ${because || words['base rate']}`
  return { probability, summary, contributions }
}

function minutes(ms: number): string {
  return `${Number((ms / 60_000).toPrecision(2))} min`
}
