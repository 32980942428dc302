import type { OptionEntries } from '../options/option-schema.ts'
import { flag, wholeNumber } from '../options/option-schema.ts'

/** Options that every instrumentation has. */
export interface SignalInstrumentationConfig {
  /**
   * Read-only in effect: what `getConfig()` reports. Registering an instrumentation turns it on, as upstream's do.
   * @default true
   */
  enabled?: boolean
  /** Most series of this instrumentation. @default 2000 */
  maxSeries?: number
}

/** The schema of {@link SignalInstrumentationConfig}. */
export const signalOptions: OptionEntries<SignalInstrumentationConfig> = {
  enabled: flag({
    description: 'no effect: registering an instrumentation turns it on, and `getConfig()` reports whether it is',
    defaultWords: 'on',
    isCodeOnly: true,
  }),
  maxSeries: wholeNumber({
    least: 1,
    most: 100_000,
    default: 2000,
    description: 'most series of the instrumentation',
  }),
}
