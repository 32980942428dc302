/** The envelope around a state. A release with another envelope leaves this one alone. */
const VERSION = 1

/** A state as it was saved. */
export interface Saved {
  /** ms since the epoch. */
  readonly savedAt: number
  readonly state: unknown
}

/** The saved state is damaged, or not ours. */
export class ForeignStateError extends Error {
  override readonly name = 'ForeignStateError'
  readonly code = 'HOMEOSTAT_FOREIGN_STATE'

  constructor(what: string, place: string, options?: ErrorOptions) {
    super(
      `what ${place} keeps of ${what} was not written by this version; it is left out, and replaced when it is saved`,
      options,
    )
  }
}

/** @param state - JSON, made already to see whether it has changed */
export function seal(state: string, savedAt: number): string {
  return `{"version":${VERSION},"savedAt":${savedAt},"state":${state}}`
}

/** Undefined where the text is damaged or foreign. */
export function unseal(text: string): Saved | undefined {
  try {
    const { version, savedAt, state } = JSON.parse(text) as Partial<Saved> & { version?: unknown }
    if (version !== VERSION || !Number.isSafeInteger(savedAt) || state === undefined) return undefined
    return { savedAt: savedAt!, state }
  } catch {
    return undefined
  }
}
