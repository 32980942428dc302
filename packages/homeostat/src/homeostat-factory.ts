import { errorType } from '@homeostat/signals'
import { Homeostat } from './homeostat.ts'
import type { HomeostatOptions } from './options.ts'
import { warn } from './warn.ts'

/**
 * Adds Homeostat to this process. Nothing is measured before the instrumentations are registered, and nothing acts
 * unless a mode says `act`.
 *
 * It never throws: each mistake in the options is one warning, what is not valid is left out, and everything else is used.
 */
export function homeostat(options: HomeostatOptions = {}): Homeostat {
  try {
    return new Homeostat(options)
  } catch (error) {
    // Options are checked before they are used, so this is what a live object of the application did when it was used.
    warn(
      `homeostat() could not use what it was given (${errorType(error)}); it measures with its defaults and does not act`,
    )
    return new Homeostat({ maxMode: 'advise' })
  }
}
