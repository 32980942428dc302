/** The methods of a Redis client that warming needs; an ioredis `Redis` or `Cluster` fits. */
export interface CacheClient {
  /** -2 when the key is not there. */
  pttl(key: string): Promise<number>
  set(key: string, value: string | Buffer, secondsToken: 'EX', seconds: number, nx: 'NX'): Promise<'OK' | null>
}

type Keys = Iterable<string> | AsyncIterable<string>

/**
 * Tells how the entries of a cache are made, so that `cache.warm` can make them before somebody asks.
 *
 * @example
 * ```ts
 * const products: CacheLoader = {
 *   name: 'products',
 *   client: redis,
 *   keys: async () => (await bestSellers(500)).map(id => `product:${id}`),
 *   load: async key => JSON.stringify(await findProduct(key.slice('product:'.length))),
 *   ttlSeconds: 300,
 * }
 * ```
 */
export interface CacheLoader {
  /** Appears in receipts. */
  readonly name: string
  /** The cache it fills, as `homeostat.cache.name` says it. @default 'redis' */
  readonly cache?: string
  /** Where entries are written; its `keyPrefix` applies. */
  readonly client: CacheClient
  /** The keys worth having, the most wanted first. Asked at each run. Stop when the signal aborts. */
  keys(signal: AbortSignal): Keys | Promise<Keys>
  /** The value of one key from where it really lives; `undefined` when there is none. Stop when the signal aborts. */
  load(key: string, signal: AbortSignal): Promise<string | Buffer | undefined>
  /** How long an entry lives. Each gets up to 10 % more or less, so that they do not all expire together. */
  readonly ttlSeconds: number
  /** Most keys of one run. @default 1000 */
  readonly maxKeys?: number
  /** Most loads per second. @default 200 */
  readonly perSecond?: number
  /** Most keys at work at a time. @default 4 */
  readonly concurrency?: number
}
