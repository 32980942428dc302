import type { ChaosRun } from '../chaos-run.ts'
import { runCases } from '../verdicts/run-cases.ts'

export const run: ChaosRun = {
  name: 'palliative',
  about: 'a cure that only buys time against a leak is never called effective, and a cure without a leak is',
  run: options => runCases('palliative', options),
}
