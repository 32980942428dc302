import { StateTooLargeError } from './errors.ts'

/** The most bytes of one text in UTF-8: beyond that, reading and writing would be felt in the process and at the server. */
export const MAX_STATE_BYTES = 1_000_000

/** @throws StateTooLargeError */
export function checkStateSize(store: string, text: string): void {
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_STATE_BYTES) throw new StateTooLargeError(store, bytes, MAX_STATE_BYTES)
}
