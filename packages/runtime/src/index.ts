export { measureEventLoopLag } from './event-loop-lag.ts'
export { RuntimeInstrumentation, type RuntimeInstrumentationConfig } from './instrumentation.ts'
export type { LoopSampling } from './signals/event-loop.ts'
