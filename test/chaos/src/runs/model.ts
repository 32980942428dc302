import { checkConditions } from '../../../../packages/optimizer/test/alerts/check-conditions.ts'
import type { Compared } from '../../../../packages/optimizer/test/alerts/check-conditions.ts'
import { checkTrials } from '../../../../packages/optimizer/test/trials/check-trials.ts'
import type { ChaosRun } from '../chaos-run.ts'

const machines: readonly (readonly [name: string, check: (traces: number, seed: number) => Compared])[] = [
  ['condition', checkConditions],
  ['trial', checkTrials],
]

const GOAL = 'no trace in which the state machine and its model differ'
/** Traces between two turns of the event loop. */
const BATCH = 5000

export const run: ChaosRun = {
  name: 'model',
  about: 'the state machines against small independent models, on random histories',
  async run({ short, seed, report }) {
    for (const [name, check] of machines) {
      const all: Compared = { traces: 0, steps: 0, transitions: 0 }
      let difference: string | undefined
      for (let batch = 0; batch < (short ? 1 : 20) && difference === undefined; batch++) {
        await new Promise(resolve => setImmediate(resolve))
        try {
          const compared = check(BATCH, seed + batch)
          all.traces += compared.traces
          all.steps += compared.steps
          all.transitions += compared.transitions
        } catch (error) {
          // fast-check says which is the smallest trace; the row has to fit on a line.
          difference = String(error).replaceAll(/\s+/g, ' ').slice(0, 2000)
        }
      }
      const met = difference === undefined
      report({ run: 'model', case: name, goal: GOAL, ...all, difference: difference ?? 'none', met })
    }
  },
}
