export { CacheInstrumentation, type CacheInstrumentationConfig } from './instrumentation.ts'
export type { MeasuredCache, RegisteredCache } from './signals/registered-caches.ts'
