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
