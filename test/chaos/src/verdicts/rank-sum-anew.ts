import { median, normalBelow } from '@homeostat/judge'
import type { Recorded } from './alarms.ts'

/** The looks of the earlier rule, and the one-sided error that each spent, anew in each generation. */
const LOOKS: readonly (readonly [perArm: number, alpha: number])[] = [
  [6, 0.005],
  [12, 0.008],
  [24, 0.006],
  [48, 0.006],
]

/**
 * The rule of the first releases, for comparison: Wilcoxon's rank sum on log(median after / median before), act against control, at 6, 12, 24
 * and 48 per arm. Leaks, missing samples and pairing are left out.
 */
export class RankSumAnew {
  #changes: { readonly act: number[]; readonly control: number[] } = { act: [], control: [] }
  #looks = [...LOOKS]

  /** @returns what a look found, when one was due */
  add({ arm, episode }: Recorded): 'effective' | 'harmful' | 'open' | undefined {
    const [before, after] = [episode.before, episode.after].map(samples =>
      median(samples.map(([, value]) => value).filter(Number.isFinite)),
    )
    const change = Math.log(after! / before!)
    if (Number.isNaN(change)) return undefined
    const { act, control } = this.#changes
    this.#changes[arm].push(change)
    const [look] = this.#looks
    if (look === undefined || Math.min(act.length, control.length) < look[0]) return undefined
    this.#looks.shift()
    if (rankSumP(act, control) <= look[1]) return 'effective'
    return rankSumP(control, act) <= look[1] ? 'harmful' : 'open'
  }

  beginAgain(): void {
    this.#changes = { act: [], control: [] }
    this.#looks = [...LOOKS]
  }
}

/** The one-sided chance that `low` is so much lower than `high`, by the normal approximation with ties and continuity (Lehmann, 1975). */
function rankSumP(low: readonly number[], high: readonly number[]): number {
  let wins = 0
  for (const one of low) for (const other of high) wins += one < other ? 1 : one === other ? 0.5 : 0
  const size = low.length + high.length
  const counts = Map.groupBy([...low, ...high], value => value).values()
  const ties = [...counts].reduce((sum, { length }) => sum + length ** 3 - length, 0)
  const variance = ((low.length * high.length) / 12) * (size + 1 - ties / (size * (size - 1)))
  if (variance === 0) return 1
  return 1 - normalBelow((wins - (low.length * high.length) / 2 - 0.5) / Math.sqrt(variance))
}
