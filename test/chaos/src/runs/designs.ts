import { createRandom } from '@homeostat/lab/scenarios'
import type { ChaosRow, ChaosRun } from '../chaos-run.ts'
import { designCases, type DesignCase } from '../verdicts/designs/design-cases.ts'
import { bounds } from '../verdicts/proportion.ts'

const MOST_WRONG = 0.05

export const run: ChaosRun = {
  name: 'designs',
  about: 'how often a split that keeps its units, or a switchback whose effect comes late, is wrong',
  async run({ short, seed, report }) {
    const histories = short ? 1000 : 2000
    for (const one of designCases) {
      const counts: Record<string, number> = {}
      for (let number = 0; number < histories; number++) {
        const { verdict } = one.run(createRandom(Math.imul(seed * 100_003 + number, 2_654_435_761)))
        counts[verdict] = (counts[verdict] ?? 0) + 1
      }
      report({ run: 'designs', case: one.name, histories, ...figures(one, counts, histories) })
    }
  },
}

function figures(
  { promise }: DesignCase,
  counts: Readonly<Record<string, number>>,
  histories: number,
): Omit<ChaosRow, 'run' | 'case'> {
  const upper = (verdict: string): number => bounds(counts[verdict] ?? 0, histories).high
  const share = (verdict: string): number => (counts[verdict] ?? 0) / histories
  const all = {
    effective: share('effective'),
    harmful: share('harmful'),
    noEffect: share('no_effect'),
    inconclusive: share('inconclusive'),
  }
  switch (promise) {
    case 'placebo': {
      const [effectiveUpper, harmfulUpper] = [upper('effective'), upper('harmful')]
      const goal = `effective and harmful <= ${MOST_WRONG} by the upper 97.5 % bound`
      return { ...all, effectiveUpper, harmfulUpper, goal, met: Math.max(effectiveUpper, harmfulUpper) <= MOST_WRONG }
    }
    case 'effective':
      return {
        ...all,
        goal: 'harmful <= 0.05 by the upper bound, and mostly effective',
        met: upper('harmful') <= MOST_WRONG && share('effective') > 0.5,
      }
    case 'no verdict of none': {
      const [noEffectUpper, harmfulUpper] = [upper('no_effect'), upper('harmful')]
      const goal = `no_effect and harmful <= ${MOST_WRONG} by the upper 97.5 % bound`
      return { ...all, noEffectUpper, harmfulUpper, goal, met: Math.max(noEffectUpper, harmfulUpper) <= MOST_WRONG }
    }
  }
}
