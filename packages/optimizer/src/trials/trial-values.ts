import { attributes, promName } from '@homeostat/semconv'
import type { Arm, Sample } from '@homeostat/judge'
import type { Measurement } from '../alerts/measurement.ts'
import type { Trial, VerifyingTrial } from '../words/trial.ts'
import { verifyingTimes } from '../words/trial-design.ts'

/** The label that names the half of a split's series. */
const TRIAL_ARM = promName(attributes.trialArm)

/** Share of the values due in a window; with fewer, the trial waits for twice its window. */
const ENOUGH_VALUES = 0.8

/** The values that a trial gathers as time goes on. */
export interface GatheredValues {
  readonly after: Sample[]
  /** For a split only: the values of the units that were left alone. */
  readonly beside: Sample[]
}

/** Adds the present value of what the trial should change; for a split, the values of both halves. */
export function gatherValues(
  { response: { expect }, design, labels }: Trial,
  values: GatheredValues,
  measurement: Measurement,
  now: number,
): void {
  if (!expect) return
  const add = (to: Sample[], arm?: Arm): void => {
    const value = measurement.expected(expect, arm ? { ...labels, [TRIAL_ARM]: arm } : labels, now)
    if (value !== undefined) to.push([now, value])
  }
  const isSplit = design?.kind === 'split'
  add(values.after, isSplit ? 'act' : undefined)
  if (isSplit) add(values.beside, 'control')
}

/** Whether a trial is to be judged now: its window is over, or twice that when values are missing. */
export function isToBeJudged(trial: VerifyingTrial, intervalMs: number, now: number): boolean {
  const { from, until } = verifyingTimes(trial)
  return now >= until && (hasEnoughValues(trial, until - from, intervalMs) || now >= 2 * until - from)
}

/** A trial that answers by itself counts its values itself. */
function hasEnoughValues({ response, design, after }: VerifyingTrial, windowMs: number, intervalMs: number): boolean {
  return (
    response.expect === undefined ||
    design !== undefined ||
    after.length >= ENOUGH_VALUES * Math.floor(windowMs / intervalMs)
  )
}
