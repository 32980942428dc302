import type { LedgerListener } from '@homeostat/optimizer'
import { shownValue } from '@homeostat/signals/options'

/** Longer texts name nothing that Homeostat knows. */
const LONGEST_NAME = 1000

/** The answer to `release()` with names that are well-formed and unknown. */
export const NOTHING_TO_RELEASE =
  'release() found nothing to release: the loop has never considered this action for this alert'

/** Checks the arguments of Homeostat's methods. A wrong value is reported in one line and ignored; nothing throws. */
export class MethodArguments {
  readonly #notice: (text: string) => void

  /** @param notice - receives one line per mistake */
  constructor(notice: (text: string) => void) {
    this.#notice = notice
  }

  /** Returns the given listener, or one that does nothing if it is not a function. */
  listener(method: string, given: unknown): LedgerListener {
    if (typeof given === 'function') return given as LedgerListener
    this.#refuse(method, 'a function that takes ledger entries', given)
    return () => undefined
  }

  /** @param what - the text that is expected, e.g. `the name of an alert` */
  name(method: string, what: string, given: unknown): string | undefined {
    if (typeof given === 'string' && given !== '' && given.length <= LONGEST_NAME) return given
    return this.#refuse(method, what, given)
  }

  #refuse(method: string, expected: string, given: unknown): undefined {
    this.#notice(`${method} takes ${expected}, but was given ${shownValue(given)}; it is ignored`)
    return undefined
  }
}
