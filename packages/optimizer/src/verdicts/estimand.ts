import { designs, percent, SWITCHBACK_BLOCK_MS, type Design } from '@homeostat/judge'
import { DEFAULT_COOLDOWN_MS, type Response } from '../words/response.ts'
import { DEFAULT_BASELINE_MS, DEFAULT_SETTLE_MS, DEFAULT_WINDOW_MS, planTrial } from '../words/trial-design.ts'

/** What the number in a verdict is, in one sentence; undefined where there is no verdict. */
export function estimandOf(response: Response): string | undefined {
  const { expect, cooldownMs = DEFAULT_COOLDOWN_MS } = response
  if (expect === undefined) return undefined
  const { expr, direction, worth = 0.15, harm = 0.05 } = expect
  const { baselineMs = DEFAULT_BASELINE_MS, settleMs = DEFAULT_SETTLE_MS, windowMs = DEFAULT_WINDOW_MS } = expect
  const design = designOf(response, settleMs, cooldownMs)
  const window =
    design.kind === 'episodes'
      ? `from ${seconds(settleMs)} to ${seconds(settleMs + windowMs)} after a run, against the same after a run that was withheld at random at about that time, given the ${seconds(baselineMs)} before`
      : `in the blocks with the change, against those without it in the same pair`
  const better = direction === 'down' ? 'lower' : 'higher'
  return [
    `the relative difference of the median of ${expr} ${window}`,
    `better is ${better}, from ${percent(worth)} on; harm begins at ${percent(harm)}; no credit while the worst quarter of the values gets worse`,
    `sees ${design.sees}; cannot see ${design.cannotSee}`,
  ].join('. ')
}

function designOf(response: Response, settleMs: number, cooldownMs: number): Design {
  const { design } = response
  const planned = planTrial(response, { now: 0, random: () => 0, leastPairs: 0 })
  if (planned?.kind === 'split') return designs.split(planned)
  if (design?.kind !== 'switchback') return designs.episodes({ settleMs, cooldownMs })
  const { carryOverMs = 0, blockMs = Math.max(SWITCHBACK_BLOCK_MS, 3 * carryOverMs) } = design
  return designs.switchback({ blockMs, carryOverMs })
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
