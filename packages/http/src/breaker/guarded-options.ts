import type { GuardedOptions } from '@homeostat/optimizer'
import type { OptionSchema } from '@homeostat/signals/options'
import { callback, group, LONGEST_MS, number, readOptions, warnAtStart } from '@homeostat/signals/options'

const guardedOptions: OptionSchema<GuardedOptions> = group<GuardedOptions>(
  {
    timeoutMs: number({
      least: 1,
      most: LONGEST_MS,
      unit: 'ms',
      description: 'a call is aborted after this time, and fails',
      whenWrong: 'there is no limit',
    }),
    isFailure: callback({
      description: 'whether what a call returned is a failure of the service',
      whenWrong: 'the status of responses is used',
    }),
  },
  { description: 'options of `guarded(origin)`', whenWrong: 'none is used' },
)

/** Different lines that are written; an application may make new ones with each call. */
const MOST_LINES = 20

/** Reports mistakes of calls that the application may repeat: each line once. */
export class GuardedWarnings {
  readonly #written = new Set<string>()

  /** Options without the wrong ones: a guard must not break the call that it is for. */
  checked(given: unknown): GuardedOptions {
    if (given === undefined) return {}
    const { options, problems } = readOptions(guardedOptions, given, { path: 'guarded()' })
    for (const { message } of problems) this.once(message)
    return options
  }

  once(line: string): void {
    if (this.#written.size >= MOST_LINES || this.#written.has(line)) return
    this.#written.add(line)
    warnAtStart(line)
  }
}
