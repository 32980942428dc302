import type { AdviceGiven, LedgerEntry, Receipt, Trial } from 'homeostat'
import { signalOf } from './signal-names.ts'

type EndedTrial = LedgerEntry['ended'][number]
type Verdicted = LedgerEntry['verdicts'][number]
type RevertedTrial = LedgerEntry['reverted'][number]

/** The receipt of a completed run. */
export function receiptOf(trial: Trial): Receipt | undefined {
  return trial.state !== 'running' && trial.outcome.status === 'completed' ? trial.outcome.receipt : undefined
}

/** What a trial's action did, or why it did not. */
export function outcomeText({ outcome }: Pick<EndedTrial, 'outcome'>): string {
  switch (outcome.status) {
    case 'completed':
      return outcome.receipt.summary
    case 'withheld':
      return 'withheld at random, as a control'
    case 'failed':
    case 'timeout':
    case 'aborted':
      return outcome.error
  }
}

export function doneText(trial: EndedTrial): string {
  return `${runText(trial)}: ${outcomeText(trial)}`
}

export function adviceGivenText(given: AdviceGiven): string {
  return `${runText(given)}: ${given.summary}`
}

function runText({ id, startedAt, endedAt }: Pick<EndedTrial, 'id' | 'startedAt' | 'endedAt'>): string {
  return `${id} after ${((endedAt - startedAt) / 1000).toFixed(1)} s`
}

const BREACHED = 'a guard was breached'

/** `cache.warm#1 inconclusive: hit ratio of redis 52 % -> 91 % (not evidence); 1 of 6 act, 0 of 6 control` */
export function verdictText(trial: Verdicted): string {
  const withheld = trial.arm === 'control' ? ', withheld,' : ''
  // Its guard has said what it saw in the line above.
  if (trial.reason.startsWith(BREACHED)) return `${trial.id}${withheld} ${trial.verdict}: ${BREACHED}`
  const force = trial.state === 'kept' ? ['it stays in force'] : []
  const parts = [`${changeText(trial)}${trial.reason}`, ...force, ...trial.blindSpots]
  return `${trial.id}${withheld} ${trial.verdict}: ${parts.join('; ')}`
}

export function revertText({ id, reverted }: RevertedTrial): string {
  if (!reverted) return `${id}: there was nothing to revert`
  switch (reverted.result) {
    case 'restored':
      return `${id} was reverted (${reverted.because})`
    case 'superseded':
      return `${id} was not reverted (${reverted.because}): ${reverted.detail}`
    case 'failed':
      return `${id} could not be reverted (${reverted.because}): ${reverted.error}`
  }
}

/** The last value before the decision and the last one that was looked at. The judge compares medians of many runs. */
export function beforeAfter({ before, after }: Trial): { before: number | undefined; after: number | undefined } {
  return { before: before.at(-1)?.[1], after: after.at(-1)?.[1] }
}

function changeText(trial: Verdicted): string {
  const { name, format } = signalOf(trial.alert, trial.labels)
  const { before, after } = beforeAfter(trial)
  return before === undefined || after === undefined
    ? ''
    : `${name} ${format(before)} -> ${format(after)} (not evidence); `
}
