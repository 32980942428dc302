import type { StateStore } from '@homeostat/optimizer'
import {
  checkStateSize,
  MAX_STATE_BYTES,
  serviceScope,
  StateStoreUnavailableError,
  StateTooLargeError,
} from '@homeostat/optimizer/engines'
import type { CoordinatorClient } from '../coordinator/client.ts'
import { ScriptConnection } from '../coordinator/script-connection.ts'
import { isOfServer } from '../redis-candidates.ts'
import { redisAddress } from '../signals/redis-address.ts'

/** Longer than a coordinator's: nobody waits for a state to be kept, and a megabyte takes its time. */
const DEFAULT_TIMEOUT_MS = 2000
const DEFAULT_TTL_MS = 90 * 86_400_000

/** KEYS text; ARGV most bytes. Returns the text, or in a list how long it is if that is more. */
const READ = `
local bytes = redis.call('STRLEN', KEYS[1])
if bytes > tonumber(ARGV[1]) then return {bytes} end
return redis.call('GET', KEYS[1])`

/** KEYS text; ARGV text, ttl */
const WRITE = `redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])`

/** Options of {@link RedisStateStore}. */
export interface RedisStateStoreOptions {
  /** The application's client, a `Redis` or a `Cluster`. It is duplicated, never used. */
  readonly client: CoordinatorClient
  /** Whose state it is, e.g. `service.name`. Part of every key: `homeostat:{shop}:state:`. */
  readonly service: string
  /** After which an answer is not waited for any more. @default 2000 */
  readonly timeoutMs?: number
  /** For how long a text is kept after it was last written. @default 90 days */
  readonly ttlMs?: number
}

/**
 * Keeps state in the Redis that the application uses. It has a connection only while it reads or writes: minutes lie
 * between, and a connection that idles for so long may be dead without a sign of it.
 *
 * @example
 * ```ts
 * const store = createRedisStateStore({ client: redis, service: 'shop' })
 * await store.write('forecasts', JSON.stringify(forecasts))
 * ```
 */
export function createRedisStateStore(options: RedisStateStoreOptions): StateStore {
  return new StateInRedis(options)
}

class StateInRedis implements StateStore {
  readonly name: string
  readonly #client: CoordinatorClient
  readonly #prefix: string
  readonly #timeoutMs: number
  readonly #ttlMs: number
  #isClosed = false

  constructor({ client, service, timeoutMs = DEFAULT_TIMEOUT_MS, ttlMs = DEFAULT_TTL_MS }: RedisStateStoreOptions) {
    this.name = `redis ${isOfServer(client) ? redisAddress(client) : 'cluster'}`
    this.#client = client
    this.#prefix = `homeostat:{${serviceScope(service)}}:state:`
    this.#timeoutMs = timeoutMs
    this.#ttlMs = ttlMs
  }

  async read(key: string): Promise<string | undefined> {
    const reply = await this.#run(READ, key, [MAX_STATE_BYTES])
    if (Array.isArray(reply)) throw new StateTooLargeError(this.name, Number(reply[0]), MAX_STATE_BYTES)
    return typeof reply === 'string' ? reply : undefined
  }

  async write(key: string, text: string): Promise<void> {
    checkStateSize(this.name, text)
    await this.#run(WRITE, key, [text, this.#ttlMs])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
  }

  async #run(script: string, key: string, args: readonly (string | number)[]): Promise<unknown> {
    if (this.#isClosed) throw new StateStoreUnavailableError(this.name, 'it is closed')
    const connection = new ScriptConnection({
      client: this.#client,
      name: this.name,
      keys: `${this.#prefix}*`,
      timeoutMs: this.#timeoutMs,
      Unavailable: StateStoreUnavailableError,
    })
    try {
      return await connection.run(script, [this.#prefix + key], args)
    } finally {
      connection.close()
    }
  }
}
