import { within } from '@homeostat/signals'

/** A part of Homeostat did not end in time. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError'
  readonly code = 'HOMEOSTAT_TIME_LIMIT'

  constructor(part: string, limitMs: number) {
    super(
      `${part} did not end within ${limitMs} ms, so Homeostat no longer waits for it; look for a server or a folder that hangs`,
    )
  }
}

/**
 * Waits for `work` no longer than `limitMs`.
 *
 * @throws TimeLimitError
 */
export function inTime<T>(part: string, work: () => T | Promise<T>, limitMs: number): Promise<T> {
  // The process must not end before a caller that waits for the end of a part.
  return within(limitMs, work, () => new TimeLimitError(part, limitMs), { holdsProcess: true })
}

/** How long each part may take to end. */
const LONGEST_END_MS = 10_000

/** How each part of what was started is ended, by its name. */
export type Endings = Readonly<Record<string, () => unknown>>

/** Ends one part after the other; one that fails, or takes longer than ten seconds, is reported, and the others end. */
export async function endEach(endings: Endings, onError: (error: unknown) => void): Promise<void> {
  for (const [part, end] of Object.entries(endings)) await inTime(part, end, LONGEST_END_MS).catch(onError)
}
