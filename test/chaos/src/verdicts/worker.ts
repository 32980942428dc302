import { answerJobs } from './answer-jobs.ts'
import { caseSets, type CaseSet } from './case-sets.ts'
import { tally } from './tally.ts'

/** Some histories of a case. */
export interface Part {
  readonly set: CaseSet
  readonly index: number
  readonly seed: number
  readonly from: number
  readonly to: number
}

answerJobs(payload => {
  const { set, index, seed, from, to } = payload as Part
  return tally(caseSets[set](false)[index]!, seed, from, to)
})
