/** The store gave no answer that counts, in time. Of a write, whether it was done is not known. */
export class StateStoreUnavailableError extends Error {
  override readonly name = 'StateStoreUnavailableError'
  readonly code = 'HOMEOSTAT_STATE_STORE_UNAVAILABLE'

  constructor(store: string, reason: string, options?: ErrorOptions) {
    super(`${store} does not keep state: ${reason}`, options)
  }
}

/** A text is longer than any that is kept. Nothing was written, or read. */
export class StateTooLargeError extends Error {
  override readonly name = 'StateTooLargeError'
  readonly code = 'HOMEOSTAT_STATE_TOO_LARGE'

  constructor(store: string, bytes: number, maxBytes: number) {
    super(`a state of ${bytes} bytes is more than ${store} keeps, which is ${maxBytes}; keep less, or less of it`)
  }
}
