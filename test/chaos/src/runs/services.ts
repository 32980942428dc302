import type { ChaosRun } from '../chaos-run.ts'
import { runCases } from '../verdicts/run-cases.ts'

export const run: ChaosRun = {
  name: 'services',
  about: 'the same on zeros, ties, counts, jobs, growth, label sets, mixtures, and episodes that arrive twice or late',
  run: options => runCases('services', options),
}
