import type { ChaosOptions } from '../chaos-run.ts'
import type { CaseSet } from './case-sets.ts'
import { beforeAfterOf, figuresOf } from './figures.ts'
import { tallyAll } from './pool.ts'

/** Counts the cases of a run and reports each, and beside a placebo what before/after says of the same runs. */
export function runCases(set: CaseSet, { short, seed, report }: ChaosOptions): Promise<void> {
  return tallyAll(set, {
    short,
    seed,
    complete(one, counts) {
      report({ run: set, case: one.name, histories: one.histories, ...figuresOf(one, counts) })
      if (one.about === 'placebo' && !one.isWholeLoop)
        report({ run: set, case: `${one.name}: before/after of one run`, ...beforeAfterOf(counts) })
    },
  })
}
