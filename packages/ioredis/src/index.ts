export type { RedisConnection } from './connection.ts'
export { IORedisInstrumentation, type IORedisInstrumentationConfig } from './instrumentation.ts'
export { VERSION } from './version.ts'
