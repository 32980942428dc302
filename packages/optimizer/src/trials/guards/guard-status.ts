/** What a guard says after a tick. A breach stands until the watch ends; blindness ends when data come back. */
export type GuardStatus =
  | { readonly state: 'watching' }
  | { readonly state: 'breached'; readonly at: number; readonly reason: string }
  | { readonly state: 'blind'; readonly reason: string }

/** One guard of one running trial. */
export interface GuardWatch {
  /**
   * Takes the tick's values. `value` is undefined or not finite when there is no value; `denominator` is the number of the
   * ratio's trials a second. Costs about a microsecond and allocates nothing that lasts.
   */
  observe(now: number, value: number | undefined, denominator?: number): GuardStatus
  /** What it cannot see, for the receipt, e.g. `would miss harm below +58 %`. It holds for three minutes and 95 of 100 cases. */
  readonly blindBelow: string
}
