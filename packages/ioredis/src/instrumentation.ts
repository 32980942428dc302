import { attributes, metrics } from '@homeostat/semconv'
import {
  disposeTogether,
  HandedObjects,
  LoopHolds,
  patchMethod,
  patchModuleFile,
  SignalInstrumentation,
} from '@homeostat/signals'
import { OWN_CONNECTION_NAME, OWN_KEY_PREFIX, type RedisConnection } from './connection.ts'
import type { IORedisInstrumentationConfig } from './instrumentation-options.ts'
import { DEFAULTS, instrumentationOptions } from './instrumentation-options.ts'
import { DividedLookups, type Division } from './signals/divided-lookups.ts'
import { creditCommand, type EndingCommand } from './signals/command-work.ts'
import type { HandedClient, HandedCluster } from './signals/handed-clients.ts'
import { HandedClients, isHandedClient, isHandedCluster } from './signals/handed-clients.ts'
import type { LookupSeries } from './signals/lookup-counter.ts'
import { LookupCounter } from './signals/lookup-counter.ts'
import { isHandedQueue, QueueKeys, type HandedQueue } from './signals/queue-keys.ts'
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
  readonly #report = (error: unknown): void => this.registry.faults.report('signal', error)
  readonly #handed = new HandedObjects<HandedClient | HandedCluster>(this.#report)
  #divided: DividedLookups | undefined
  readonly #handedQueues = new HandedObjects<HandedQueue>(this.#report)

  constructor(config: IORedisInstrumentationConfig = {}) {
    super('@homeostat/ioredis', VERSION, config, { schema: instrumentationOptions, path: 'ioredis' })
  }

  /** Clients that have had an answer while the instrumentation was on and are still there: the last ones met. */
  get clients(): readonly RedisClient[] {
    return this.#clients.all()
  }

  /**
   * Counts the lookups of a client that no hook can find, e.g. one inside of a bundle: a `Redis` or a `Cluster` of ioredis, now or
   * once this is on. It is counted once, and is not kept alive.
   *
   * @returns false for anything else, which is left alone
   */
  observe(client: object): boolean {
    if (!isHandedClient(client) && !isHandedCluster(client)) return false
    this.#handed.add(client)
    return true
  }

  /** BullMQ's reads of this queue do not count as lookups of the cache. Returns false for anything but a queue. */
  ignoreQueue(queue: object): boolean {
    if (!isHandedQueue(queue)) return false
    this.#handedQueues.add(queue)
    return true
  }

  /** @internal Counts the lookups of keys that a trial has divided apart, from now on and until the trial is over. */
  divide(divisions: readonly Division[]): void {
    this.#divided?.begin(divisions)
  }

  /** @internal Whether a client was handed over. */
  get wasGivenClients(): boolean {
    return this.#handed.wasGiven
  }

  protected activate(): Disposable {
    const { faults } = this.registry
    const { ignoreKeyPrefixes } = { ...DEFAULTS, ...this.config }
    const queueKeys = new QueueKeys()
    const report = this.#report
    const divided = (this.#divided = new DividedLookups(this.registry))
    const hooked = new WeakSet<RedisClient>()
    const counterOf = (seriesOf: (redis: RedisClient) => LookupSeries | undefined): LookupCounter =>
      new LookupCounter({
        seriesOf,
        ignoredKeyPrefixes: [...ignoreKeyPrefixes, OWN_KEY_PREFIX],
        isQueueKey: key => queueKeys.has(key),
        divided,
      })
    const counter = counterOf(redis => {
      hooked.add(redis)
      return this.#seriesOf(redis)
    })
    const holds = new LoopHolds()
    const credit = (command: EndingCommand): void => {
      try {
        creditCommand(command, holds)
      } catch (error) {
        report(error)
      }
    }
    const handed = new HandedClients({
      credit,
      counter: counterOf(redis => this.#seriesOf(redis)),
      isHooked: redis => hooked.has(redis),
      report,
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
    // Every command passes here, those of pipelines and of a Cluster's nodes too.
    const commands = patchModuleFile(
      'ioredis',
      'built/Redis',
      exports => {
        const { prototype } = (exports as { default: { prototype: { sendCommand(command: EndingCommand): unknown } } })
          .default
        return patchMethod(prototype, 'sendCommand', (original, isActive) => {
          return function sendCommand(this: unknown, command) {
            if (isActive()) credit(command)
            // oxlint-disable-next-line prefer-rest-params -- hands on exactly what came, without an array
            return original.apply(this, arguments as unknown as [EndingCommand])
          }
        })
      },
      report,
    )
    return disposeTogether(
      divided,
      holds,
      commands,
      replies,
      queueKeys.watch(report),
      this.#handedQueues.follow(queue => queueKeys.addQueue(queue)),
      this.#handed.follow(client => handed.count(client)),
    )
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
      cache: name,
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
