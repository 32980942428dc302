import { errorType, ignoreRejection } from '@homeostat/signals'
import { warnAtStart } from '@homeostat/signals/options'
import { Homeostat } from './homeostat.ts'
import type { HomeostatOptions } from './options/options.ts'
import type { CheckedOptions } from './options/read-options.ts'
import { readHomeostatOptions } from './options/read-options.ts'

/**
 * Adds Homeostat to this process. Nothing is measured before the instrumentations are registered, and nothing acts
 * unless a mode says `act`.
 *
 * It never throws: each mistake in the options is one warning, what is not valid is left out, and everything else is used.
 */
export function homeostat(options: HomeostatOptions = {}): Homeostat {
  const checked = readHomeostatOptions(options)
  const made: (() => unknown)[] = []
  try {
    return new Homeostat(checked, made)
  } catch (error) {
    for (const end of made.toReversed()) endSafely(end)
    // Options are checked before they are used, so this is what a live object of the application did when it was used.
    warnAtStart(
      `a live object of the options failed when it was used (${errorType(error)}): actions, knobs, domains, and a coordinator or stateStore that is an object are left out, and nothing acts`,
    )
    return new Homeostat(withoutLiveObjects(checked), [])
  }
}

/** Ends a part of an instance that was made half-way. A part that fails keeps no other from ending. */
function endSafely(end: () => unknown): void {
  void new Promise(resolve => resolve(end())).catch(ignoreRejection)
}

/** The remaining options are plain data, copied when they were checked. */
function withoutLiveObjects({ options, ...rest }: CheckedOptions): CheckedOptions {
  const { actions: _, knobs: __, domains: ___, coordinator, stateStore, ...data } = options
  return {
    options: {
      ...data,
      ...(typeof coordinator !== 'object' && coordinator !== undefined && { coordinator }),
      ...(typeof stateStore !== 'object' && stateStore !== undefined && { stateStore }),
      maxMode: 'advise',
    },
    ...rest,
  }
}
