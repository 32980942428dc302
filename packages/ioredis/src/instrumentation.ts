import { attributes, metrics } from '@homeostat/semconv'
import { disposeTogether, patchMethod, patchModuleFile, SignalInstrumentation } from '@homeostat/signals'
import { OWN_CONNECTION_NAME, OWN_KEY_PREFIX, type RedisConnection } from './connection.ts'
import type { IORedisInstrumentationConfig } from './instrumentation-options.ts'
import { DEFAULTS, instrumentationOptions } from './instrumentation-options.ts'
import type { LookupSeries } from './signals/lookup-counter.ts'
import { LookupCounter } from './signals/lookup-counter.ts'
import { QueueKeys } from './signals/queue-keys.ts'
import { RecentClients } from './signals/recent-clients.ts'
import { redisAddress } from './signals/redis-address.ts'
import type { RedisClient, ReplyHandler } from './signals/reply-handler.ts'
import { VERSION } from './version.ts'

export type { IORedisInstrumentationConfig } from './instrumentation-options.ts'

/**
 * Counts the hits and misses of Redis lookups, as `homeostat.cache.requests`, from the replies that ioredis receives.
 *
 * @example
 * ```ts
 * registerInstrumentations({ instrumentations: [new IORedisInstrumentation({ names: ({ db }) => `redis-${db}` })] })
 * ```
 */
export class IORedisInstrumentation extends SignalInstrumentation<IORedisInstrumentationConfig> {
  readonly #clients = new RecentClients(redisAddress)

  constructor(config: IORedisInstrumentationConfig = {}) {
    super('@homeostat/ioredis', VERSION, config, { schema: instrumentationOptions, path: 'ioredis' })
  }

  /** Clients that have had an answer while the instrumentation was on and are still there: the last ones met. */
  get clients(): readonly RedisClient[] {
    return this.#clients.all()
  }

  protected activate(): Disposable {
    const { faults } = this.registry
    const { ignoreKeyPrefixes } = { ...DEFAULTS, ...this.config }
    const queueKeys = new QueueKeys()
    const report = (error: unknown): void => faults.report('signal', error)
    const counter = new LookupCounter({
      seriesOf: redis => this.#seriesOf(redis),
      ignoredKeyPrefixes: [...ignoreKeyPrefixes, OWN_KEY_PREFIX],
      isQueueKey: key => queueKeys.has(key),
    })

    // Every answer of a server passes DataHandler once, with the command it belongs to at the head of the queue.
    const replies = patchModuleFile(
      'ioredis',
      'built/DataHandler',
      exports => {
        const { prototype } = (exports as { default: { prototype: ReplyHandler } }).default
        const restoreReply = patchMethod(prototype, 'returnReply', (original, isActive) => {
          return function returnReply(this: ReplyHandler, reply) {
            if (isActive()) {
              try {
                counter.reply(this, reply)
              } catch (error) {
                faults.report('signal', error)
              }
            }
            return original.call(this, reply)
          }
        })
        const restoreError = patchMethod(prototype, 'returnError', (original, isActive) => {
          return function returnError(this: ReplyHandler, error) {
            if (isActive()) faults.contain('signal', () => counter.error(this))
            return original.call(this, error)
          }
        })
        return () => {
          restoreError()
          restoreReply()
        }
      },
      report,
    )
    return disposeTogether(replies, queueKeys.watch(report))
  }

  #seriesOf(redis: RedisClient): LookupSeries | undefined {
    if (redis.options?.connectionName === OWN_CONNECTION_NAME) return undefined
    this.#clients.add(redis)
    const { names, defaultName, ignore } = { ...DEFAULTS, ...this.config }
    const connection = describe(redis)
    // The user's own functions: a failure of theirs is reported, and the connection counts under the default name.
    if (ignore !== undefined && this.registry.faults.contain('signal', () => ignore(connection)) === true)
      return undefined
    const given: unknown = this.registry.faults.contain('signal', () => names?.(connection))
    const name = typeof given === 'string' ? given : defaultName
    const requests = this.registry.counter(metrics.cacheRequests)
    // Both at once: a ratio needs its zero hits as much as its misses.
    return {
      hit: requests.with({ [attributes.cacheName]: name, [attributes.cacheResult]: 'hit' }),
      miss: requests.with({ [attributes.cacheName]: name, [attributes.cacheResult]: 'miss' }),
    }
  }
}

function describe({ options }: RedisClient): RedisConnection {
  const { host, port, path, db, connectionName, keyPrefix } = options ?? {}
  return {
    host,
    port,
    path,
    db: db ?? 0,
    connectionName: connectionName ?? undefined,
    keyPrefix: typeof keyPrefix === 'string' || Buffer.isBuffer(keyPrefix) ? keyPrefix.toString() : undefined,
  }
}
