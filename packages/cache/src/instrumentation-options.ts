import type { SignalInstrumentationConfig } from '@homeostat/signals'
import type { OptionEntries, OptionSchema } from '@homeostat/signals/options'
import { callback, flag, group, signalOptions, text } from '@homeostat/signals/options'

/** Options of `CacheInstrumentation`. */
export interface CacheInstrumentationConfig extends SignalInstrumentationConfig {
  /**
   * The name of an lru-cache, called once when it is first observed; `undefined` for the default name. Caches of one name add
   * up. Use few names: each is a set of series.
   * @default the name in `defaultName` for each
   */
  names?: (cache: object) => string | undefined
  /** The name of lru-caches that have no other. @default 'memory' */
  defaultName?: string
  /**
   * Whether an lru-cache may be made smaller than it is, called once when it is first observed: true says that everything in
   * it can be loaded again. @default none
   */
  resizable?: (cache: object) => boolean
  /**
   * Whether `cache.fetch()` is counted as well. Off by default because it changes one thing: lru-cache passes the promise of
   * each fetch through `tracePromise()`, and with that a rejection nobody handles is no longer reported as unhandled.
   * @default false
   */
  fetches?: boolean
}

export const DEFAULTS = { defaultName: 'memory', fetches: false } as const

export const instrumentationEntries: OptionEntries<CacheInstrumentationConfig> = {
  names: callback({
    description:
      'the name of an lru-cache, asked once; `undefined` for the default name. Use few names: each is a set of series',
  }),
  resizable: callback({
    defaultWords: 'none',
    description: 'whether an lru-cache may be made smaller, asked once: everything in it can be loaded again',
    whenWrong: 'no cache is made smaller',
  }),
  defaultName: text({ default: DEFAULTS.defaultName, description: 'the name of lru-caches that have no other' }),
  fetches: flag({ default: DEFAULTS.fetches, description: 'whether `cache.fetch()` is counted, see below' }),
  ...signalOptions,
}

/** The schema of `new CacheInstrumentation(config)`. */
export const instrumentationOptions: OptionSchema<CacheInstrumentationConfig> = group(instrumentationEntries, {
  description: 'options of the instrumentation',
})
