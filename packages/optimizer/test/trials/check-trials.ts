import fc from 'fast-check'
import type { TrialPolicy } from '../../src/trials/advance-trial.ts'
import { advanceTrial } from '../../src/trials/advance-trial.ts'
import { Rests } from '../../src/trials/rests.ts'
import { isToBeJudged } from '../../src/trials/trial-values.ts'
import type { Trial } from '../../src/words/trial.ts'
import type { Compared } from '../alerts/check-conditions.ts'
import type { TrialStep } from './trial-events.ts'
import { begin, completed, judged, nameOf, policy, reverted, trialStep, WINDOW_MS } from './trial-events.ts'
import { TrialModel } from './trial-model.ts'

const KEY = 'LoadHigh load.relieve'

const trace = fc.record({
  steps: fc.array(trialStep, { minLength: 1, maxLength: 60, size: 'max' }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
})

/** Compares the trials of an alert and action with their model, event by event; throws with the smallest trace that differs. */
export function checkTrials(numRuns: number, seed: number): Compared {
  const compared: Compared = { traces: 0, steps: 0, transitions: 0 }
  fc.assert(
    fc.property(trace, ({ steps, jitter }) => {
      compared.traces++
      compared.steps += steps.length
      compared.transitions += compare(steps, { ...policy, jitter })
    }),
    { numRuns, seed },
  )
  return compared
}

function compare(steps: readonly TrialStep[], given: TrialPolicy): number {
  const model = new TrialModel()
  const rests = new Rests()
  let trial: Trial | undefined
  let now = 0
  let transitions = 0
  for (const { event, waitMs } of steps) {
    now += waitMs
    const before = trial
    if (event.type !== 'begun') trial &&= advanceTrial(trial, event, now, given)
    else if (model.mayBegin(now)) trial = begin(event.arm, now, rests.at(KEY, now))
    else continue
    model.on(event, now, given.jitter)
    if (trial === undefined) continue
    if (before && trial !== before && trial.rest !== before.rest && event.type !== 'begun') rests.set(KEY, trial.rest)
    const { streak, notBefore } = trial.state === 'judged' ? rests.at(KEY, now) : trial.rest
    const [expectedStreak, expectedNotBefore] = model.rest(now)
    const expected = [model.state, expectedStreak, Math.round(expectedNotBefore)]
    const seen = [nameOf(trial), streak, Math.round(notBefore)]
    if (String(seen) !== String(expected))
      throw new Error(
        `${JSON.stringify(event)} in ${before && nameOf(before)}: ${String(seen)}, expected ${String(expected)}`,
      )
    if (trial.state !== before?.state) transitions++
  }
  if (trial) ends(trial, now)
  return transitions
}

/** Every trial ends, in every history, once time passes, the alert ends, and each run and undo has answered. */
function ends(trial: Trial, now: number): void {
  let last = trial
  for (let at = now; at <= now + 10 * WINDOW_MS; at += WINDOW_MS) {
    if (last.state === 'running') last = advanceTrial(last, completed(true), at, policy)
    last = advanceTrial(last, { type: 'tick' }, at, policy)
    if (last.state === 'verifying' && isToBeJudged(last, 5000, at))
      last = advanceTrial(last, judged('inconclusive'), at, policy)
    last = advanceTrial(last, { type: 'resolved' }, at, policy)
    last = advanceTrial(last, reverted('failed'), at, policy)
    if (last.state === 'judged') return
  }
  throw new Error(`${nameOf(trial)} never ends: ${nameOf(last)}`)
}
