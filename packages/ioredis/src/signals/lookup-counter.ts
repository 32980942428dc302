import type { CounterSeries } from '@homeostat/signals'
import type { DividedLookups } from './divided-lookups.ts'
import type { LookupShape } from './lookup-commands.ts'
import { countHits, countLookups, lookupShapes } from './lookup-commands.ts'
import type { PendingCommand, RedisClient, ReplyHandler } from './reply-handler.ts'

/** The two series that a connection counts into. */
export interface LookupSeries {
  /** The name of the cache. */
  readonly cache: string
  readonly hit: CounterSeries
  readonly miss: CounterSeries
}

export interface LookupCounterOptions {
  /** The series of a connection, `undefined` when it is not to be counted. Asked once for each connection. */
  readonly seriesOf: (redis: RedisClient) => LookupSeries | undefined
  /** Keys that start with one of these are not the cache's. */
  readonly ignoredKeyPrefixes: readonly string[]
  /** True for a key that belongs to a queue. */
  readonly isQueueKey: (key: string) => boolean
  /** Counts apart what a trial has divided. */
  readonly divided: DividedLookups
}

interface Connection {
  series: LookupSeries | undefined
  /** The commands since MULTI, as EXEC will answer them; `undefined` outside of a transaction. */
  queued: PendingCommand[] | undefined
}

/**
 * Counts hits and misses from the replies of one connection after another, in the order of the wire.
 *
 * Replies are counted and not commands: so it does not matter whether a command came alone, in a pipeline, from
 * auto-pipelining, through a Cluster, out of the offline queue or once more after a reconnect. Each reply arrives once.
 */
export class LookupCounter {
  readonly #options: LookupCounterOptions
  // Keyed by ioredis' handler: it lives as long as the connection, and so a transaction ends with it.
  readonly #connections = new WeakMap<object, Connection>()

  constructor(options: LookupCounterOptions) {
    this.#options = options
  }

  /** To be called with each reply, before ioredis takes its command from the queue. */
  reply(handler: ReplyHandler, reply: unknown): void {
    const command = commandOf(handler)
    if (command !== undefined) this.answered(handler, handler.redis, command, reply)
  }

  /**
   * To be called with the reply of each command, in the order of the wire.
   *
   * @param key - stands for the connection: a transaction ends with it
   */
  answered(key: object, redis: RedisClient, command: PendingCommand, reply: unknown): void {
    if (!Array.isArray(command.args)) return
    const shape = lookupShapes.get(command.name)
    const connection = this.#connections.get(key) ?? this.#open(key, redis)
    if (connection.series === undefined) return
    if (connection.queued !== undefined && this.#inTransaction(connection, command, reply)) return
    if (shape !== undefined) this.#countReply(redis, connection.series, shape, command, reply)
    else if (isNamed(command, 'multi', 'MULTI')) connection.queued = []
  }

  /** To be called with each error reply: it counts nothing, but may end a transaction. */
  error(handler: ReplyHandler): void {
    const command = commandOf(handler)
    if (command === undefined || !isNamed(command, 'exec', 'EXEC')) return
    const connection = this.#connections.get(handler)
    if (connection !== undefined) connection.queued = undefined
  }

  #open(key: object, redis: RedisClient): Connection {
    const connection: Connection = { series: undefined, queued: undefined }
    // Before it is asked: what fails for one reply must not fail for each.
    this.#connections.set(key, connection)
    connection.series = this.#options.seriesOf(redis)
    return connection
  }

  #countReply(
    { condition }: RedisClient,
    series: LookupSeries,
    shape: LookupShape,
    command: PendingCommand,
    reply: unknown,
  ): void {
    // A RESP2 connection that is subscribed receives messages, which answer no command.
    if (condition?.subscriber && condition.protocol !== 3) return
    this.#count(series, shape, command, reply)
  }

  #count(series: LookupSeries, shape: LookupShape, { args }: PendingCommand, reply: unknown): void {
    const key = args[0]
    if (typeof key === 'string') {
      for (const prefix of this.#options.ignoredKeyPrefixes) if (key.startsWith(prefix)) return
      if (this.#options.isQueueKey(key)) return
    }
    const hits = countHits(shape, reply)
    const misses = countLookups(shape, reply, args.length) - hits
    if (hits > 0) series.hit.add(hits)
    if (misses > 0) series.miss.add(misses)
    this.#options.divided.count(series.cache, shape, args, reply)
  }

  /** Keeps a command until EXEC answers it. False when the transaction turns out to be over. */
  #inTransaction(connection: Connection, command: PendingCommand, reply: unknown): boolean {
    const queued = connection.queued ?? []
    if (isQueued(reply)) {
      queued.push(command)
      return true
    }
    // EXEC, DISCARD, RESET: whatever is not queued ends it.
    connection.queued = undefined
    if (!isNamed(command, 'exec', 'EXEC')) return false
    // Null when a watched key has changed: then no command ran.
    if (!Array.isArray(reply) || connection.series === undefined) return true
    for (let i = 0; i < reply.length; i++) {
      const done = queued[i]
      if (done === undefined || reply[i] instanceof Error) continue
      const shape = lookupShapes.get(done.name)
      if (shape !== undefined) this.#count(connection.series, shape, done, reply[i])
    }
    return true
  }
}

function isNamed({ name }: PendingCommand, lower: string, upper: string): boolean {
  return name === lower || name === upper
}

function isQueued(reply: unknown): boolean {
  return reply instanceof Uint8Array && reply.length === 6 && reply.toString() === 'QUEUED'
}

/** The command that a reply belongs to. Stand-ins for a client may lack any part of the way. */
function commandOf(handler: ReplyHandler | undefined): PendingCommand | undefined {
  const queue = handler?.redis?.commandQueue
  return typeof queue?.peekFront === 'function' ? queue.peekFront()?.command : undefined
}
