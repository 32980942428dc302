import type { GuardedOptions } from '@homeostat/optimizer'
import { type Faults, ignoreRejection } from '@homeostat/signals'
import { fieldOf } from '@homeostat/signals/options'

/** Decides whether what a call returned blames the service: by the application's function, and by the status where that gives no answer. */
export class FailureJudge {
  readonly #own: GuardedOptions['isFailure']
  readonly #faults: Faults
  #hasWarned = false

  constructor(own: GuardedOptions['isFailure'], faults: Faults) {
    this.#own = own
    this.#faults = faults
  }

  isFailure(result: unknown): boolean {
    const own = this.#own
    if (own === undefined) return isFailedResponse(result)
    try {
      const answer: unknown = own(result)
      if (typeof answer !== 'object' || answer === null) return Boolean(answer)
      // A promise comes too late.
      ignoreRejection(answer)
      if (!this.#hasWarned)
        this.#faults.log('warn', 'isFailure of guarded() must return true or false; the status of responses is used')
      this.#hasWarned = true
    } catch (error) {
      this.#faults.report('action', error)
    }
    return isFailedResponse(result)
  }
}

/** A response of `fetch` (`status`) or of undici and `node:http` (`statusCode`) that blames the service. */
function isFailedResponse(result: unknown): boolean {
  const status = fieldOf(result, 'status')
  const code = typeof status === 'number' ? status : fieldOf(result, 'statusCode')
  return typeof code === 'number' && ((code >= 500 && code <= 599) || code === 429)
}
