import type { SignalInstrumentationConfig } from '@homeostat/signals'
import type { OptionEntries, OptionSchema } from '@homeostat/signals/options'
import { callback, group, listOf, signalOptions, text } from '@homeostat/signals/options'
import type { RedisConnection } from './connection.ts'

/** Options of `IORedisInstrumentation`. */
export interface IORedisInstrumentationConfig extends SignalInstrumentationConfig {
  /**
   * Names the cache behind a connection: the attribute `homeostat.cache.name`. Called once for each connection that is
   * opened, never for a command; `undefined` means {@link defaultName}. Keep the number of names small.
   * @default the name in `defaultName` for each
   */
  names?: (connection: RedisConnection) => string | undefined
  /** The name of a cache that {@link names} does not name. @default 'redis' */
  defaultName?: string
  /** True for connections that are not caches. Called once per connection. @default none */
  ignore?: (connection: RedisConnection) => boolean
  /**
   * Lookups whose first key starts with one of these are not counted, on any connection. The default is for the queues of
   * other processes and of a bundled BullMQ. The keys of the queues of this process are known, whatever their `prefix`, and
   * are never counted. @default ['bull:', '{bull}:']
   */
  ignoreKeyPrefixes?: readonly string[]
}

export const DEFAULTS = { defaultName: 'redis', ignoreKeyPrefixes: ['bull:', '{bull}:'] } as const

export const instrumentationEntries: OptionEntries<IORedisInstrumentationConfig> = {
  defaultName: text({ default: DEFAULTS.defaultName, description: "the cache's name" }),
  names: callback({ description: 'a name for the cache behind a connection; called once per connection' }),
  ignore: callback({ description: 'true for a connection that is not a cache; called once per connection' }),
  ignoreKeyPrefixes: listOf(text({ description: 'a prefix', isSecret: true }), {
    default: DEFAULTS.ignoreKeyPrefixes,
    description:
      'lookups whose first key starts with one of these are not counted: for queues of other processes and of a bundled BullMQ. The keys of the queues of this process are never counted',
  }),
  ...signalOptions,
}

/** The schema of `new IORedisInstrumentation(config)`. */
export const instrumentationOptions: OptionSchema<IORedisInstrumentationConfig> = group(instrumentationEntries, {
  description: 'options of the instrumentation',
})
