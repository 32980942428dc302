/** Something the action found that a person has to do, e.g. an index to create. Never holds literals or bind values. */
export interface Advice {
  /** What to do, in one line. */
  readonly what: string
  /** Why, in one line, with numbers. A line longer than 1,500 characters is cut. */
  readonly why: string
  /** The statement to run, if there is one, e.g. a `CREATE INDEX` statement. One longer than 4,000 characters is left out. */
  readonly statement?: string
  /** The statement that undoes it, if there is one. One longer than 4,000 characters is left out. */
  readonly undo?: string
  /** The time that following it would save, in milliseconds a second, estimated from what was measured. */
  readonly savedMsPerSecond?: number
  /** What becomes faster, e.g. `route /orders/:id`, the largest gain first. Names only; no more than ten. */
  readonly gains?: readonly string[]
}

/** What an action really did, counted by the action itself. A receipt of nothing makes the trial a `noop`. */
export interface Receipt {
  /**
   * One readable line for people. It is shown by `explain` and exported in log events, so it must hold no keys, values or
   * paths. A line longer than 300 characters is cut. For example:
   * `removed 48,211 expired entries from 1 cache, longest slice 1.9 ms`
   */
  readonly summary: string
  /** The counts behind the line, e.g. `{ entries: 48211, files: 3 }`. All zero means that nothing was done. */
  readonly effects: Readonly<Record<string, number>>
  /** The longest stretch in which the action itself held the event loop, in milliseconds. */
  readonly blockedMs?: number
  readonly advice?: readonly Advice[]
  /** What could not be done, one line each. */
  readonly problems?: readonly string[]
  /** Set when the change lasts: the loop keeps it while it helps and undoes it when it does not. */
  readonly undo?: Undo
  /**
   * What the action itself has found by comparing with and without within its run, e.g. by a rank test over the calls of a statement. The
   * trial ends with it, and what is in force then stays: the loop no longer undoes it, since the alert is over because of it. It does undo it
   * when the run was to end early, by a guard or the kill switch.
   * @default the loop compares
   */
  readonly judgement?: OwnJudgement
  /** Keeps a leased change alive for one more lease time; false when the lease is lost. Called while the change is wanted. */
  readonly renew?: () => Promise<boolean>
  /** For a switchback only: makes the change, or reverts it, while the trial goes on. */
  readonly switch?: (isOn: boolean, context: UndoContext) => Promise<void>
}

/** The verdict of an action on its own change. */
export interface OwnJudgement {
  readonly verdict: 'effective' | 'no_effect' | 'harmful' | 'inconclusive'
  /** One line. It holds no keys, values or paths. */
  readonly reason: string
}

/** Reverts what a run changed, as far as nobody else has changed it since. */
export type Undo = (context: UndoContext) => Promise<UndoResult>

/** What the undo of a change receives. */
export interface UndoContext {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly signal: AbortSignal
}

/** How an undo ended. */
export type UndoResult =
  | { readonly result: 'restored' }
  /** Somebody changed the value meanwhile, and that stands. */
  | { readonly result: 'superseded'; readonly detail: string }
  | { readonly result: 'failed'; readonly error: string }

/** True when the action changed nothing and has no advice. */
export function isEmptyReceipt(receipt: Receipt): boolean {
  return Object.values(receipt.effects).every(count => count === 0) && !receipt.advice?.length
}
