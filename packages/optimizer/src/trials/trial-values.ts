import { attributes, promName } from '@homeostat/semconv'
import type { Arm } from '@homeostat/judge'
import type { Measurement } from '../alerts/measurement.ts'
import type { OpenTrial } from '../words/trial.ts'
import type { Trials } from './trials.ts'
import { verifyingTimes } from './trials.ts'

/** The label by which a split's series tell their half. */
const TRIAL_ARM = promName(attributes.trialArm)

/** Of the values due in a window; with fewer, the trial waits for twice its window. */
const ENOUGH_VALUES = 0.8

/** Takes what the trial should change, as it is now; of a split, both halves. */
export function gatherValues(trial: OpenTrial, measurement: Measurement, trials: Trials, now: number): void {
  const { expect } = trial.response
  if (!expect) return
  const valueOf = (arm?: Arm): number | undefined =>
    measurement.expected(expect, arm ? { ...trial.labels, [TRIAL_ARM]: arm } : trial.labels, now)
  const isSplit = trial.design?.kind === 'split'
  const value = valueOf(isSplit ? 'act' : undefined)
  if (value !== undefined) trials.gather(trial, [now, value])
  const beside = isSplit ? valueOf('control') : undefined
  if (beside !== undefined) trials.gatherBeside(trial, [now, beside])
}

/** Whether an episode has the values it takes to judge it. A trial that answers by itself counts them itself. */
export function hasEnoughValues(trial: OpenTrial, intervalMs: number): boolean {
  if (trial.response.expect === undefined || trial.design) return true
  const { from, until } = verifyingTimes(trial)
  return trial.after.length >= ENOUGH_VALUES * Math.floor((until - from) / intervalMs)
}
