import type { Receipt } from './receipt.ts'

/** What came of a trial. */
export type Verdict = 'effective' | 'no_effect' | 'harmful' | 'inconclusive' | 'failed' | 'noop' | 'palliative'

/** All verdicts, for checks of what was saved and for tables of documentation. */
export const verdicts: readonly Verdict[] = [
  'effective',
  'no_effect',
  'harmful',
  'inconclusive',
  'failed',
  'noop',
  'palliative',
]

/** How a trial's run ended. */
export type Outcome =
  | { readonly status: 'completed'; readonly receipt: Receipt }
  /** `error` is one line of ours: a type and a place, or the message of an error of our own. */
  | { readonly status: 'failed'; readonly errorType: string; readonly error: string }
  | { readonly status: 'timeout'; readonly error: string }
  /** Ended by the kill switch, by a guard or by the end of Homeostat, and left no receipt. */
  | { readonly status: 'aborted'; readonly error: string }
  /** A control: nothing was done. */
  | { readonly status: 'withheld' }

/** A verdict, and the reason it is not more conclusive. */
export interface Judgement {
  readonly verdict: Verdict
  /** One line. */
  readonly reason: string
}
