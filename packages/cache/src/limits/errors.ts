/** A callback of a cache threw while entries were taken out. */
export class CacheCallbackError extends Error {
  readonly code = 'HOMEOSTAT_CACHE_CALLBACK' as const
  override readonly name: string = 'CacheCallbackError'

  // Without the cause: its message is of the application's making and may quote keys or values.
  constructor(cache: string) {
    super(
      `a callback of the cache ${cache} threw while its limit was lowered; its limit is not changed again until cache.limit is 1`,
    )
  }
}

/** The share of their own limit that caches may hold is not a share. */
export class CacheShareError extends RangeError {
  readonly code = 'HOMEOSTAT_CACHE_SHARE' as const
  override readonly name: string = 'CacheShareError'

  constructor(share: number) {
    super(`the share of their limit that caches may hold is above 0 and at most 1, not ${share}`)
  }
}

/** The limits are to be set while the instrumentation is off. */
export class CacheLimitsOffError extends Error {
  readonly code = 'HOMEOSTAT_CACHE_LIMITS_OFF' as const
  override readonly name: string = 'CacheLimitsOffError'

  constructor() {
    super('the limits of caches cannot be set while CacheInstrumentation is disabled: enable it first')
  }
}
