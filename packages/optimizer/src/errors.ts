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

/** Two actions, or two rules, of one name: which one a response means could not be told. */
export class DuplicateNameError extends Error {
  override readonly name = 'DuplicateNameError'
  readonly code = 'HOMEOSTAT_DUPLICATE_NAME'

  constructor(what: 'action' | 'rule', name: string) {
    super(`two ${what}s are called ${name}; rename one`)
  }
}
