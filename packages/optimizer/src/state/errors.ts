/** The store gave no usable answer in time. After a write, it is not known whether the store took it. */
export class StateStoreUnavailableError extends Error {
  override readonly name = 'StateStoreUnavailableError'
  readonly code = 'HOMEOSTAT_STATE_STORE_UNAVAILABLE'

  constructor(store: string, reason: string, options?: ErrorOptions) {
    super(`${store} does not keep state: ${reason}`, options)
  }
}

/** A text is too long to be kept. It was neither written nor read. */
export class StateTooLargeError extends Error {
  override readonly name = 'StateTooLargeError'
  readonly code = 'HOMEOSTAT_STATE_TOO_LARGE'

  constructor(store: string, bytes: number, maxBytes: number) {
    super(
      `the state has ${bytes} bytes, but ${store} accepts at most ${maxBytes}; forecast fewer targets or keep less state`,
    )
  }
}

/** A place has an entry that is damaged, or that no section has written. */
export class ForeignStateError extends Error {
  override readonly name = 'ForeignStateError'
  readonly code = 'HOMEOSTAT_FOREIGN_STATE'

  /** @param part - what is not valid, e.g. `2 entries` */
  constructor(section: string, store: string, part: string) {
    super(
      `${part} of the ${section} at ${store} cannot be read: damaged, or written by something else. The rest is used, and the next save replaces it`,
    )
  }
}

/** A section has outgrown its place, so that some of it is not kept. */
export class StateLeftOutError extends Error {
  override readonly name = 'StateLeftOutError'
  readonly code = 'HOMEOSTAT_STATE_LEFT_OUT'

  constructor(section: string, reason: string) {
    super(`not all of the ${section} is kept: ${reason}`)
  }
}

/** The undo journal cannot be written, so no knob that needs it is set. */
export class JournalUnavailableError extends Error {
  override readonly name = 'JournalUnavailableError'
  readonly code = 'HOMEOSTAT_JOURNAL_UNAVAILABLE'
  readonly reason: string

  constructor(folder: string, reason: string, options?: ErrorOptions) {
    super(
      `the undo journal in ${folder} cannot be used: ${reason}; set stateDir or HOMEOSTAT_STATE_DIR to a folder of your own`,
      options,
    )
    this.reason = reason
  }
}
