import type { PoolShape } from './driver.ts'

/** Names a pool in telemetry; undefined leaves the default name. Must not return anything of unbounded variety. */
export type PoolName = (pool: PoolShape) => string | undefined
