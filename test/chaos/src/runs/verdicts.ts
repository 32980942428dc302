import type { ChaosRun } from '../chaos-run.ts'
import { runCases } from '../verdicts/run-cases.ts'

export const run: ChaosRun = {
  name: 'verdicts',
  about: 'how often a verdict is wrong, how often it finds an effect, and how before/after does beside it',
  run: options => runCases('verdicts', options),
}
