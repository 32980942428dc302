import type { Alpha, Arm, Judgement, Sample, SideBySide } from '@homeostat/judge'
import { judgeSplit, judgeSwitchback } from '@homeostat/judge'
import type { Expectation } from '../words/response.ts'
import type { TrialDesign } from '../words/trial-design.ts'
import type { Trial } from '../words/trial.ts'

/** The answer of a trial that answers by itself. */
export function judgeDesign({ response, after, beside }: Trial, design: TrialDesign, alpha: Alpha): Judgement {
  const { direction = 'down', worth, harm }: Partial<Expectation> = response.expect ?? {}
  const terms = { direction, alpha, ...(worth !== undefined && { worth }), ...(harm !== undefined && { harm }) }
  const found =
    design.kind === 'switchback'
      ? judgeSwitchback({ plan: design.plan, samples: after, ...terms })
      : judgeSplit({ blocks: inBlocks(after, beside, design.blockMs), ...terms })
  const { pairs, ...statistics } = found.statistics
  return { ...found, statistics: { ...statistics, acts: pairs, controls: pairs, unmatched: 0, look: 0 } }
}

/** In the blocks by which the units were dealt. */
function inBlocks(act: readonly Sample[], control: readonly Sample[], blockMs: number): SideBySide[] {
  const blocks = new Map<number, { act: Sample[]; control: Sample[] }>()
  const add = (arm: Arm, sample: Sample): void => {
    const block = Math.floor(sample[0] / blockMs)
    const sides = blocks.get(block) ?? { act: [], control: [] }
    sides[arm].push(sample)
    blocks.set(block, sides)
  }
  for (const sample of act) add('act', sample)
  for (const sample of control) add('control', sample)
  return [...blocks.values()]
}
