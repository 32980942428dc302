import { measure } from './episode.ts'
import { lookThrough, type Finding } from './finding.ts'
import type { JudgeInput, Judgement, JudgeStatistics } from './judgement.ts'
import { reasonFor } from './reason.ts'
import { shortfall } from './shortfall.ts'
import { WORTH } from './worth.ts'

/**
 * Whether an action helps, from episodes in which it was taken and episodes in which, by chance, it was not. Pure.
 *
 * It compares log(median after / median before) of act episodes with control episodes of the same time by ranks, at 6, 12, 24
 * and 48 per side and at no other moment, so that it may be called after every episode: an action that does nothing is ever
 * `effective` in 2.5 % of the histories at most, and ever `harmful` in 2.5 %. The first look that decides stands, except that
 * harm and leaks found later outweigh it.
 *
 * - `effective`: the improvement is significant, and may be as large as `worth`
 * - `harmful`: the worsening is significant
 * - `no_effect`: an improvement as large as `worth` is excluded (a smaller one may be there)
 * - `palliative`: it helps, but must be repeated while a baseline keeps rising
 * - `inconclusive`: none of these yet; `missing` names the episodes it still needs
 *
 * @example
 * ```ts
 * const { verdict, reason, missing } = judge({ acts, controls, direction: 'down' })
 * ```
 */
export function judge({ acts, controls, direction, worth = WORTH }: JudgeInput): Judgement {
  const { episodes, unusable } = measure(acts, controls)
  const { findings, pairs, counts } = lookThrough(episodes, direction, worth)
  const finding = standing(findings)
  const compared = finding?.size ?? pairs
  const statistics: JudgeStatistics = {
    acts: compared,
    controls: compared,
    unmatched: episodes.length - 2 * pairs,
    unusable,
    look: finding?.look ?? 0,
    ...(finding && figures(finding, direction)),
  }
  const reason = reasonFor(finding, statistics, direction, worth)
  if (finding?.verdict !== undefined) return { verdict: finding.verdict, reason, statistics }
  const missing = shortfall({ ...counts, pairs, last: finding?.look })
  return { verdict: 'inconclusive', reason, statistics, missing }
}

/**
 * The finding that counts: harm, else the first that decided, else the last. Whether an action that helps cures or only
 * buys time is for the latest look to say that can tell.
 */
function standing(findings: readonly Finding[]): Finding | undefined {
  const harmful = findings.find(({ verdict }) => verdict === 'harmful')
  const first = findings.find(({ verdict }) => verdict !== undefined)
  if (harmful || first === undefined) return harmful ?? findings.at(-1)
  if (!helps(first)) return first
  const latest = findings.findLast(helps)
  return latest?.verdict === first.verdict ? first : latest
}

function helps({ verdict }: Finding): boolean {
  return verdict === 'effective' || verdict === 'palliative'
}

function figures(
  { change, pBetter, pWorse, alpha, sd, vanished }: Finding,
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
    alpha,
    sd,
    vanished,
  }
}
