import type { Receipt } from './receipt.ts'
import { isEmptyReceipt } from './receipt.ts'

/** What came of a trial. */
export type Verdict = 'effective' | 'no_effect' | 'harmful' | 'inconclusive' | 'failed' | 'noop' | 'palliative'

/** How a run of an action ended. */
export type Outcome =
  | { readonly status: 'completed'; readonly receipt: Receipt }
  /** `error` is for the process's own eyes: only its type is exported. */
  | { readonly status: 'failed'; readonly errorType: string; readonly error: string }
  | { readonly status: 'timeout'; readonly error: string }
  /** Ended by the kill switch or by the end of Homeostat, and left no receipt. */
  | { readonly status: 'aborted'; readonly error: string }

export interface Judgement {
  readonly verdict: Verdict
  /** One line: why this verdict and no stronger one. */
  readonly reason: string
}

/**
 * The verdict on one trial. Pure.
 *
 * One run before and after proves nothing: a rule fires when a value is unusually bad, so most values come back by
 * themselves, and before/after would call an action that does nothing "improved" in 29-94 % of the cases, depending on
 * baseline and test (simulated on an AR(1) signal). So without controls a completed run is `inconclusive`; its values
 * before and after are shown, and labelled as not evidence.
 */
export function judgeTrial(outcome: Outcome): Judgement {
  if (outcome.status !== 'completed') return { verdict: 'failed', reason: outcome.error }
  if (isEmptyReceipt(outcome.receipt)) return { verdict: 'noop', reason: 'the receipt says that nothing was done' }
  return { verdict: 'inconclusive', reason: 'a single run without controls; before and after are not evidence' }
}
