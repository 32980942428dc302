/** An action did not end within its response's `timeoutMs` and left no receipt. */
export class ActionTimeoutError extends Error {
  override readonly name = 'ActionTimeoutError'
  readonly code = 'HOMEOSTAT_ACTION_TIMEOUT'

  constructor(action: string, timeoutMs: number) {
    super(
      `${action} did not end within ${timeoutMs} ms; raise timeoutMs of its response or make it honour its AbortSignal`,
    )
  }
}

/** An action returned something else than a receipt. */
export class NotAReceiptError extends TypeError {
  override readonly name = 'NotAReceiptError'
  readonly code = 'HOMEOSTAT_NOT_A_RECEIPT'

  constructor(action: string) {
    super(`${action} returned no receipt; its run() must resolve to { summary: string, effects: { name: number } }`)
  }
}

/** A run that was given up has changed something all the same, and it could not be reverted. */
export class LateUndoError extends Error {
  override readonly name = 'LateUndoError'
  readonly code = 'HOMEOSTAT_LATE_UNDO'

  constructor(action: string) {
    super(`${action} ended after its timeout, and its change could not be reverted; revert it by hand`)
  }
}

/** The lease of a change was not renewed in time. It is tried again; the lease itself ends when it is too late. */
export class RenewalTimeoutError extends Error {
  override readonly name = 'RenewalTimeoutError'
  readonly code = 'HOMEOSTAT_RENEWAL_TIMEOUT'

  constructor(action: string, timeoutMs: number) {
    super(`the renew() of ${action} did not end within ${timeoutMs} ms; make it end, or reject, when its server hangs`)
  }
}

/** A receipt has more parts than can be read or copied at a stretch. The rest is left out. */
export class ReceiptTooLargeError extends RangeError {
  override readonly name = 'ReceiptTooLargeError'
  readonly code = 'HOMEOSTAT_RECEIPT_TOO_LARGE'

  /** @param cut - what was kept of what was cut, e.g. `100 effects` */
  constructor(cut: readonly string[]) {
    super(`a receipt has more than ${cut.join(' and more than ')}; the rest is left out: summarize them in the action`)
  }
}
