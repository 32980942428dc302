import fc from 'fast-check'
import type { TrialEvent, TrialPolicy } from '../../src/trials/advance-trial.ts'
import { newTrial } from '../../src/trials/new-trial.ts'
import type { Receipt } from '../../src/words/receipt.ts'
import type { Rest, Trial, TrialArm } from '../../src/words/trial.ts'
import { isLasting } from '../../src/words/trial.ts'
import type { Outcome, Verdict } from '../../src/words/verdict.ts'
import { verdicts } from '../../src/words/verdict.ts'
import { action, firing, response } from '../decisions/decisions.ts'

export const COOLDOWN_MS = 60_000
export const SETTLE_MS = 10_000
export const WINDOW_MS = 20_000

/** A trial begins, when nothing keeps it from doing so. */
export interface Beginning {
  readonly type: 'begun'
  readonly arm: TrialArm
}

export const beginnings: readonly Beginning[] = [
  { type: 'begun', arm: 'act' },
  { type: 'begun', arm: 'control' },
  { type: 'begun', arm: 'shadow' },
]

export const policy: TrialPolicy = { jitter: 0.5, blindSpots: [] }

const restored = async (): Promise<{ result: 'restored' }> => ({ result: 'restored' })

export function receipt(did: 'something' | 'nothing', isLasting = false): Receipt {
  const effects: Record<string, number> = did === 'something' ? { requests: 1 } : {}
  return { summary: `did ${did}`, effects, ...(isLasting && { undo: restored }) }
}

export const completed = (isLasting = false): TrialEvent => ({
  type: 'ended',
  outcome: { status: 'completed', receipt: receipt('something', isLasting) },
})

export const failed = (status: 'failed' | 'timeout' | 'aborted'): TrialEvent => ({
  type: 'ended',
  outcome: outcomeOf(status),
  judgement: { verdict: 'failed', reason: status },
})

export const noop = (isLasting = false): TrialEvent => ({
  type: 'ended',
  outcome: { status: 'completed', receipt: receipt('nothing', isLasting) },
  judgement: { verdict: 'noop', reason: 'nothing was done' },
})

export const judged = (verdict: Verdict): TrialEvent => ({ type: 'judged', judgement: { verdict, reason: 'judged' } })

export const interruption = (type: 'breached' | 'lost' | 'preempted' | 'killed'): TrialEvent => ({
  type,
  judgement: { verdict: 'inconclusive', reason: type },
})

export const reverted = (result: 'restored' | 'superseded' | 'failed'): TrialEvent => ({
  type: 'reverted',
  result:
    result === 'superseded'
      ? { result, detail: 'it was 3' }
      : result === 'failed'
        ? { result, error: 'no' }
        : { result },
})

/** Every event that can happen to a trial, with each of its variants. */
export const trialEvents: readonly TrialEvent[] = [
  ...[false, true].flatMap(isLasting => [completed(isLasting), noop(isLasting)]),
  ...(['failed', 'timeout', 'aborted'] as const).map(failed),
  { type: 'tick' },
  ...verdicts.map(judged),
  ...(['breached', 'lost', 'preempted', 'killed'] as const).map(interruption),
  { type: 'resolved' },
  ...(['restored', 'superseded', 'failed'] as const).map(reverted),
]

/** A trial at its beginning. */
export function begin(arm: TrialArm, now: number, rest: Rest = { streak: 0, notBefore: -Infinity }): Trial {
  const expect = { expr: 'load', direction: 'down', settleMs: SETTLE_MS, windowMs: WINDOW_MS } as const
  const answer = response({ cooldownMs: COOLDOWN_MS, expect })
  return newTrial(
    {
      kind: 'decision',
      firing: firing(),
      response: answer,
      action: action(),
      arm,
      version: 'v1',
      gates: [],
      alternatives: [],
    },
    { id: 'load.relieve#1', now, before: [], values: { after: [], beside: [] }, traces: [], rest },
  )
}

export interface TrialStep {
  readonly event: TrialEvent | Beginning
  readonly waitMs: number
}

/** Possible next events; those of a usual trial are likelier. */
export const trialStep: fc.Arbitrary<TrialStep> = fc.record({
  event: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...trialEvents, ...beginnings) },
    {
      weight: 6,
      arbitrary: fc.constantFrom<TrialEvent | Beginning>(
        { type: 'tick' },
        { type: 'begun', arm: 'act' },
        completed(true),
        judged('effective'),
        { type: 'resolved' },
      ),
    },
  ),
  waitMs: fc.constantFrom(0, 0, 0, 1000, 5000, 10_000, 40_000, 4_000_000, 90_000_000),
})

/** The state, with the part of its data that decides what can follow. */
export function nameOf(trial: Trial): string {
  if (trial.state === 'running') {
    const { ending } = trial
    return ending ? `running (${ending.because === 'preempted' ? 'preempted' : 'killed'})` : 'running'
  }
  if (trial.state === 'reverting') return `reverting (${trial.because})`
  if (trial.state !== 'settling' && trial.state !== 'verifying') return trial.state
  return `${trial.state} (${trial.arm === 'act' ? (isLasting(trial) ? 'lasting' : 'once') : 'withheld'})`
}

function outcomeOf(status: 'failed' | 'timeout' | 'aborted'): Outcome {
  return status === 'failed' ? { status, errorType: 'Error', error: 'no' } : { status, error: 'no' }
}
