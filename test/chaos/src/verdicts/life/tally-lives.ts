import { createRandom } from '@homeostat/lab/scenarios'
import { improved } from '../before-after.ts'
import { RankSumAnew } from '../rank-sum-anew.ts'
import type { Tally } from '../tally.ts'
import { Life } from './life.ts'
import { MILESTONES, type LifeCase } from './life-cases.ts'

/** The rules that judge the same trials. */
export const judges = ['judge', 'rank sum anew', 'Welch', 'naive'] as const

/** Lives the lives `from` to `to` of a case and counts by which generation something was ever said. */
export function tallyLives(one: LifeCase, seed: number, from: number, to: number): Tally {
  const counts: Tally = { histories: to - from, days: 0, trials: 0 }
  for (let number = from; number < to; number++) {
    const random = createRandom(Math.imul(seed * 100_003 + number, 2_654_435_761))
    const first = new Map<string, number>()
    const life = new Life(one, random)
    const anew = new RankSumAnew()
    while (life.generation <= one.generations) {
      const { generation } = life
      const note = (what: string): void => void (first.has(what) || first.set(what, generation))
      for (const { verdict, recorded, endsGeneration } of life.next()) {
        counts['trials']!++
        note(`judge ${verdict}`)
        for (const trial of recorded) {
          const found = anew.add(trial)
          if (found === 'effective' || found === 'harmful') note(`rank sum anew ${found}`)
          if (endsGeneration || found === 'harmful') anew.beginAgain()
          if (trial.arm === 'control') continue
          if (improved('mean', trial.episode, 12)) note('naive effective')
          if (improved('Welch', trial.episode, 12)) note('Welch effective')
        }
      }
    }
    counts['days']! += life.days
    for (const [what, generation] of first) {
      for (const milestone of MILESTONES) {
        const name = `${what} by ${milestone}`
        if (generation <= milestone) counts[name] = (counts[name] ?? 0) + 1
      }
    }
  }
  return counts
}
