export { CacheInstrumentation, type CacheInstrumentationConfig } from './instrumentation.ts'
export type { CacheLimits, Resizing } from './limits/cache-limits.ts'
export { CacheCallbackError, CacheLimitsOffError, CacheShareError } from './limits/errors.ts'
export type { MeasuredCache, RegisteredCache } from './signals/registered-caches.ts'
