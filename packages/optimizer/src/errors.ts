import type { LimitedRule } from './firing.ts'

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

/** Two actions of one name: which one a response means could not be told. */
export class DuplicateActionError extends Error {
  override readonly name = 'DuplicateActionError'
  readonly code = 'HOMEOSTAT_DUPLICATE_ACTION'

  constructor(name: string) {
    super(`two actions are called ${name}; rename one`)
  }
}

/** The store of the rules is full: what some rule selects is not seen. */
export class StoreLimitError extends Error {
  override readonly name = 'StoreLimitError'
  readonly code = 'HOMEOSTAT_STORE_LIMIT'

  constructor(limit: string) {
    super(`the store of the rules is full: ${limit}; narrow the rules' selectors or aggregate at the source`)
  }
}

/** More rules or responses than the loop works with. */
export class ProgramLimitError extends Error {
  override readonly name = 'ProgramLimitError'
  readonly code = 'HOMEOSTAT_PROGRAM_LIMIT'

  constructor(what: string, given: number, most: number) {
    super(
      `${given} ${what} were given, more than ${most}: the first ${most} are loaded, the others left out; use fewer`,
    )
  }
}

/** A rule finds more alerts than one rule may have. */
export class AlertLimitError extends Error {
  override readonly name = 'AlertLimitError'
  readonly code = 'HOMEOSTAT_ALERT_LIMIT'

  constructor({ alert, kept, leftOut }: LimitedRule) {
    super(
      `rule ${alert} finds ${kept + leftOut} alerts; ${kept} are kept and ${leftOut} left out, the same ones at each tick: aggregate in its expression, e.g. "sum by (...)"`,
    )
  }
}

/** An expression of a response is no PromQL: the response is left out. */
export class ResponseExpressionError extends Error {
  override readonly name = 'ResponseExpressionError'
  readonly code = 'HOMEOSTAT_RESPONSE_EXPRESSION'

  constructor(alert: string, action: string, where: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)
    super(`the response to ${alert} with ${action} is left out: its ${where} is no PromQL: ${reason}`, { cause })
  }
}

/** A run that was given up has changed something all the same, and it could not be set back. */
export class LateUndoError extends Error {
  override readonly name = 'LateUndoError'
  readonly code = 'HOMEOSTAT_LATE_UNDO'

  constructor(action: string) {
    super(`${action} ended after it was given up, and what it changed could not be set back; look at it by hand`)
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
