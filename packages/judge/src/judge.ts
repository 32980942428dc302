import { measure } from './episode.ts'
import { freshLife } from './life/life.ts'
import { lookThrough, type Finding } from './looks/finding.ts'
import type { JudgeInput, Judgement, JudgeStatistics } from './judgement.ts'
import { reasonFor } from './reason.ts'
import { shortfall } from './looks/shortfall.ts'
import { termsOf } from './terms.ts'

/**
 * Whether an action helps, from episodes in which it was taken and episodes in which, by chance, it was not. Pure.
 *
 * It compares the levels after act episodes with those after control episodes of the same time, less what was to be expected from what
 * was measured before, by ranks, at 6, 12, 24 and 48 per side and at no other moment, so that it may be called after every episode: an
 * action that does nothing is ever `effective` with a probability of `alpha.better` at most, and ever `harmful` with `alpha.worse`. The first
 * look that decides stands, except that harm and leaks found later outweigh it and a tail that gets worse withdraws it.
 *
 * - `effective`: the improvement is significant, and may be as large as `worth`
 * - `harmful`: a worsening of more than `harm` is significant
 * - `no_effect`: an improvement as large as `worth` is excluded (a smaller one may be there)
 * - `palliative`: it helps, but must be repeated while a baseline keeps rising
 * - `inconclusive`: none of these yet; `missing` names the episodes it still needs
 *
 * @throws TypeError - when `direction` is neither 'up' nor 'down'
 * @throws RangeError - when `worth` or `harm` is not above 0 and below 1
 * @example
 * ```ts
 * const { verdict, reason, missing } = judge({ acts, controls, direction: 'down' })
 * ```
 */
export function judge({ acts, controls, alpha = freshLife().alpha, ...given }: JudgeInput): Judgement {
  const terms = termsOf('judge', given)
  const { direction, worth } = terms
  const { episodes, unusable, repeated } = measure(acts, controls)
  const { findings, pairs, counts } = lookThrough(episodes, terms, alpha)
  const finding = standing(findings)
  const compared = finding?.size ?? pairs
  const statistics: JudgeStatistics = {
    acts: compared,
    controls: compared,
    unmatched: episodes.length - 2 * pairs,
    unusable,
    ...(repeated > 0 && { repeated }),
    look: finding?.look ?? 0,
    ...(finding && figures(finding, direction)),
  }
  const reason = reasonFor(finding, statistics, direction, worth)
  if (finding?.verdict !== undefined) return { verdict: finding.verdict, reason, statistics }
  const missing = shortfall({ ...counts, pairs, last: finding?.look })
  return { verdict: 'inconclusive', reason, statistics, missing, ...(finding?.withdraws && { withdraws: true }) }
}

/**
 * The finding that counts: harm, else the first that decided, else the last. Whether an action that helps cures, only buys time, or makes
 * the tail worse is for the latest look to say that can tell.
 */
function standing(findings: readonly Finding[]): Finding | undefined {
  const harmful = findings.find(({ verdict }) => verdict === 'harmful')
  const first = findings.find(({ verdict }) => verdict !== undefined)
  if (harmful || first === undefined) return harmful ?? findings.at(-1)
  if (!helps(first)) return first
  const latest = findings.findLast(finding => helps(finding) || finding.withdraws)
  return latest?.verdict === first.verdict ? first : latest
}

function helps({ verdict }: Finding): boolean {
  return verdict === 'effective' || verdict === 'palliative'
}

function figures(
  { change, tail, pBetter, pWorse, alpha, sd, vanished }: Finding,
  direction: 'up' | 'down',
): Partial<JudgeStatistics> {
  const { low, middle, high } = change
  // Nothing was left to compare: the action made all of it vanish.
  if (Number.isNaN(middle)) return { vanished }
  const interval = direction === 'down' ? ([low, high] as const) : ([-high, -low] as const)
  return {
    effect: Math.expm1(direction === 'down' ? middle : -middle),
    interval: [Math.expm1(interval[0]), Math.expm1(interval[1])],
    pBetter,
    pWorse,
    alpha: alpha.better,
    alphaWorse: alpha.worse,
    tail: Math.expm1(direction === 'down' ? tail.change : -tail.change),
    pTailWorse: tail.pWorse,
    sd,
    vanished,
  }
}
