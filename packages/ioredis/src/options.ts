import type { OptionSchema } from '@homeostat/signals/options'
import { callback, group, listOf, number, objectWith, text, whole, wholeNumber } from '@homeostat/signals/options'
import type { CacheLoader } from './actions/cache-loader.ts'
import type { IORedisInstrumentationConfig } from './instrumentation-options.ts'
import { instrumentationEntries } from './instrumentation-options.ts'

/** Options of the ioredis domain: those of its instrumentation, rules and actions. */
export interface IORedisOptions extends IORedisInstrumentationConfig {
  /** Loaders to begin with; `register()` of the domain adds more. @default none */
  loaders?: readonly CacheLoader[]
  /** The hit ratio below which `CacheHitRatioLow` fires. @default 0.7 */
  minHitRatio?: number
  /** The fewest lookups per minute for which a hit ratio counts. @default 50 */
  minLookups?: number
}

export const RULE_DEFAULTS = { minHitRatio: 0.7, minLookups: 50 } as const

/** The schema of a loader of `cache.warm`. One that is not valid is not registered. */
export const cacheLoader: OptionSchema<CacheLoader> = whole<CacheLoader>(
  {
    name: text({ description: 'appears in receipts' }),
    client: objectWith(['pttl', 'set'], { description: 'where entries are written, e.g. an ioredis client' }),
    keys: callback({ description: 'the keys worth having, the most wanted first' }),
    load: callback({ description: 'the value of one key' }),
    ttlSeconds: number({ least: 1, most: 31_536_000, unit: 's', description: 'how long an entry lives' }),
  },
  {
    cache: text({ default: 'redis', description: 'the cache it fills' }),
    maxKeys: wholeNumber({ least: 1, most: 1_000_000, default: 1000, description: 'most keys of one run' }),
    perSecond: number({ least: 0.01, most: 100_000, default: 200, description: 'most loads per second' }),
    concurrency: wholeNumber({ least: 1, most: 1000, default: 4, description: 'most keys at work at a time' }),
  },
  { description: 'a loader', expected: 'a loader: name, client, keys(), load(), ttlSeconds', isOpen: true },
)

/** The schema of `ioredis(options)` and of the key `ioredis` of `homeostat()`. */
export const ioredisOptions: OptionSchema<IORedisOptions> = group<IORedisOptions>(
  {
    ...instrumentationEntries,
    minHitRatio: number({
      least: 0,
      most: 1,
      default: RULE_DEFAULTS.minHitRatio,
      description: 'the hit ratio below which `CacheHitRatioLow` fires',
    }),
    minLookups: number({
      least: 0,
      most: 1e9,
      default: RULE_DEFAULTS.minLookups,
      description: 'the fewest lookups per minute for which a hit ratio counts',
    }),
    loaders: listOf(cacheLoader, {
      defaultWords: 'none',
      isCodeOnly: true,
      description: 'loaders to begin with; `register()` of the domain adds more',
      whenWrong: 'there are no loaders',
    }),
  },
  { description: "the package's own options and its `mode`; `false` leaves it out", defaultWords: 'on' },
)
