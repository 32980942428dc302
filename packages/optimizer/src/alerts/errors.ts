import type { LimitedRule } from '../words/firing.ts'

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

/** An expression of a response is not PromQL: the response is left out. */
export class ResponseExpressionError extends Error {
  override readonly name = 'ResponseExpressionError'
  readonly code = 'HOMEOSTAT_RESPONSE_EXPRESSION'

  constructor(alert: string, action: string, where: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)
    super(`the response to ${alert} with ${action} is left out: its ${where} is not valid PromQL: ${reason}`, { cause })
  }
}
