import { answerJobs } from '../answer-jobs.ts'
import { daysUntilEffective } from './days-until.ts'
import { watchFleet, type FleetOptions } from './fleet-of-rules.ts'

/** A fleet of rules, or the waits of some histories. */
export type FleetPart =
  | { readonly fleet: FleetOptions; readonly seed: number }
  | { readonly factor: number; readonly alarmsPerDay: number; readonly seeds: readonly number[] }

answerJobs(payload => {
  const part = payload as FleetPart
  if ('fleet' in part) return watchFleet(part.fleet, part.seed)
  return part.seeds.map(seed => daysUntilEffective(part.factor, part.alarmsPerDay, seed))
})
