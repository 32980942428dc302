import { createRandom } from '@homeostat/lab/scenarios'
import { answerJobs } from '../answer-jobs.ts'
import { logNormal } from '../services.ts'
import { lifeCases } from './life-cases.ts'
import { tallyLives } from './tally-lives.ts'
import { liveWhole } from './whole-life.ts'

/** Some lives of a case, or one through the whole loop. */
export type LifePart =
  | { readonly index: number; readonly seed: number; readonly from: number; readonly to: number }
  | { readonly whole: number; readonly seed: number }

answerJobs(payload => {
  const part = payload as LifePart
  if ('whole' in part) return liveWhole(logNormal['AR(1) rho 0.8'], part.whole, createRandom(part.seed))
  return tallyLives(lifeCases(false)[part.index]!, part.seed, part.from, part.to)
})
