import { percentChange } from './percent.ts'
import type { Finding } from './looks/finding.ts'
import type { JudgeStatistics } from './judgement.ts'

/** One line for people: why this verdict and no stronger one. */
export function reasonFor(
  finding: Finding | undefined,
  statistics: JudgeStatistics,
  direction: 'up' | 'down',
  worth: number,
): string {
  const { unusable, unmatched, repeated = 0 } = statistics
  const left = [
    ...(unmatched > 0 ? [`${unmatched} not compared, since no episode of the other arm ran beside them`] : []),
    ...(unusable > 0 ? [`${unusable} without a usable baseline`] : []),
    ...(repeated > 0 ? [`${repeated} handed in again and not counted`] : []),
  ]
  const aside = left.length > 0 ? ` (${left.join('; ')})` : ''
  if (finding === undefined) return `no look yet${aside}`
  if (statistics.effect === undefined) return `not credited: ${finding.withheld}${aside}`
  const better = direction === 'down' ? 'lower' : 'higher'
  const against = `${finding.size} act against ${finding.size} control episodes`
  const interval = `${percentChange(statistics.interval![0])} to ${percentChange(statistics.interval![1])}`
  const measured = `${percentChange(statistics.effect)} with the action (${interval}; ${against})`
  const sentence = {
    effective: `${measured}, significantly ${better}: p ${short(finding.pBetter)}`,
    harmful: `${measured}, significantly ${direction === 'down' ? 'higher' : 'lower'}: p ${short(finding.pWorse)}`,
    no_effect: `${measured}: ${percentChange(direction === 'down' ? -worth : worth)} or better is excluded${
      finding.pBetter <= finding.alpha.better ? `, though it is significantly ${better}` : ''
    }`,
    palliative: `it helps, ${measured}, but ${finding.withheld}`,
    open: finding.withheld
      ? `${measured}, not credited: ${finding.withheld}`
      : `${measured}: both an effect and none are possible`,
  }[finding.verdict ?? 'open']
  return sentence + aside
}

function short(p: number): string {
  return p < 0.0001 ? '< 0.0001' : String(+p.toPrecision(2))
}
