/** A forecaster that is being made anew from earlier samples. */
export interface BackfillRebuild {
  observe(timestampMs: number, value: number): void
  /** Takes in what was seen since it was begun, and puts it in place. */
  finish(): void
  /** Everything stays as it was. */
  cancel(): void
}

/** What a backfill works on. */
export interface BackfillWork {
  readonly targets: readonly { readonly name: string; readonly expr: string }[]
  /** From here on the live samples of a target are kept until its history is in. */
  rebuild(target: string): BackfillRebuild
  /** How much a target knows already, e.g. from a saved state, in milliseconds. @default nothing */
  knownMs?(target: string): number
  /** Milliseconds since the epoch: where the history ends and live samples begin. */
  readonly now: number
  /** Between the attempts at a request that a server could answer later, in milliseconds. @default 1000, 4000, 16000 */
  readonly pausesMs?: readonly number[]
  onFault(fault: Error): void
}

/**
 * What became of a target: `filled` from the server; `known`, since it had more than half of the time, or more than the server;
 * `absent` from the server; `failed`, which is a fault; `stopped` before its end.
 */
export type BackfillOutcome = 'filled' | 'known' | 'absent' | 'failed' | 'stopped'

/** What a backfill came to. */
export interface BackfillResult {
  readonly target: string
  readonly outcome: BackfillOutcome
  /** That were taken in. */
  readonly samples: number
}
