import { caseSets, type CaseSet } from './case-sets.ts'
import { inWorkers, type Job } from './in-workers.ts'
import { addTo, tally, type Tally } from './tally.ts'
import type { VerdictCase } from './verdict-case.ts'
import type { Part } from './worker.ts'

/** Histories that a worker takes at once. */
const PART = 100

export interface TallyOptions {
  readonly short: boolean
  readonly seed: number
  readonly complete: (one: VerdictCase, counts: Tally) => void
}

/** Counts all cases of a run, and reports each when it is complete. The long form uses all cores. */
export async function tallyAll(set: CaseSet, { short, seed, complete }: TallyOptions): Promise<void> {
  const cases = caseSets[set](short)
  if (short) {
    for (const one of cases) complete(one, await tally(one, seed, 0, one.histories))
    return
  }
  const totals: Tally[] = cases.map(() => ({}))
  const jobs = cases.flatMap(({ histories }, index) =>
    Array.from({ length: Math.ceil(histories / PART) }, (_, part): Job => {
      const [from, to] = [part * PART, Math.min(histories, (part + 1) * PART)]
      return { index, payload: { set, index, seed, from, to } satisfies Part }
    }),
  )
  await inWorkers(set, new URL('worker.ts', import.meta.url), jobs, (index, counts) => {
    const [one, total] = [cases[index]!, totals[index]!]
    addTo(total, counts as Tally)
    if (total['histories'] === one.histories) complete(one, total)
  })
}
