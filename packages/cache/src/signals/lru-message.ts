/** An lru-cache, as far as it is read. */
export interface LruCache {
  readonly size: number
  /** Sum of the entries' sizes, in the unit the application chose; 0 when the cache does not track sizes. */
  readonly calculatedSize: number
  /** Most entries; 0 for any number. */
  readonly max: number
  /** Most of the sum of sizes; 0 for any. */
  readonly maxSize: number
  /** Set when the cache loads what is missing. */
  readonly fetchMethod?: unknown
}

/** The channel on which lru-cache publishes each operation. */
export const METRICS_CHANNEL = 'lru-cache:metrics'

/**
 * The `Status` object that lru-cache publishes on `lru-cache:metrics` (since 11.3), once per operation.
 * Source: `LRUCache.Status` in lru-cache 11.5.3. `key` and `value` are there as well and are never read, apart from
 * whether there is a value.
 */
export interface LruMessage {
  op?: 'get' | 'set' | 'has' | 'peek' | 'delete' | 'memo' | 'fetch'
  cache?: LruCache | undefined
  value?: unknown
  get?: 'hit' | 'miss' | 'stale' | 'stale-fetching' | 'fetching' | undefined
  memo?: 'hit' | 'miss'
  fetch?: 'get' | 'hit' | 'miss' | 'stale' | 'refresh' | 'inflight'
  key?: unknown
}

export type LookupResult = 'hit' | 'miss' | 'stale'

/**
 * The result of a lookup; undefined for any other message. `has` and `peek` are not lookups: their caller calls `get` next,
 * or only inspects the cache.
 */
export function lookupResult(message: LruMessage): LookupResult | undefined {
  const { op } = message
  if (op === 'get') return getResult(message)
  if (op === 'memo') return message.memo
  if (op !== 'fetch') return undefined
  if (message.fetch === 'get') return getResult(message)
  // `refresh` and `inflight` wait for the origin, as a miss does.
  return message.fetch === 'hit' || message.fetch === 'stale' ? message.fetch : 'miss'
}

function getResult(message: LruMessage): LookupResult | undefined {
  const { get } = message
  if (get === 'stale-fetching') return 'stale'
  // The value is being fetched; there is an older one only during a forced refresh.
  if (get === 'fetching') return message.value === undefined ? 'miss' : 'hit'
  return get
}

/** The status object of our own lookups. lru-cache publishes that very object, so that they can be distinguished from others. */
export const ownLookup: LruMessage = {}
