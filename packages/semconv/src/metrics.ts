// Every metric Homeostat emits: the one place where a name, unit or description is written.
export * from './metrics/runtime.ts'
export * from './metrics/cache.ts'
export * from './metrics/queue.ts'
export * from './metrics/database.ts'
export * from './metrics/engine.ts'
export * from './metrics/forecast.ts'
