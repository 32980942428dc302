export { untilAborted, within, type UntilAbortedOptions, type WithinOptions, type Work } from './bounded-wait.ts'
export { BoundedMap } from './bounded-map.ts'
export { unseenInBundle, type LibraryMarks } from './bundled-libraries.ts'
export { CollectedNumbers } from './collected-numbers.ts'
export { disposeTogether } from './disposables.ts'
export { errorType } from './error-type.ts'
export { Faults, logFirst, type Component } from './faults.ts'
export { HistogramSeries } from './histogram-series.ts'
export { hrTime } from './hr-time.ts'
export { Instrument } from './instrument.ts'
export { LoopHolds, type LoopHoldsOptions } from './loop-holds.ts'
export * from './metric-data.ts'
export { patchMethod } from './method-patch.ts'
export { patchModuleFile, type ModulePatch } from './module-hook.ts'
export type { ProducerReader, SignalProducer } from './producer.ts'
export {
  FileTooLargeError,
  IrregularFileError,
  openRegularFile,
  readRegularFile,
  readRegularFileSync,
} from './regular-file.ts'
export { Registry, type Observer, type RegistryOptions } from './registry.ts'
export { databasePart, hostPart, portPart, UNKNOWN_PART } from './server-address.ts'
export { CounterSeries, LevelSeries, type Series } from './series.ts'
export {
  SignalInstrumentation,
  type CheckedConfig,
  type SignalInstrumentationConfig,
} from './signal-instrumentation.ts'
export {
  after,
  delayOf,
  every,
  intervalOf,
  LONGEST_DELAY_MS,
  nextTurn,
  sleep,
  timeoutSignal,
  type SleepOptions,
  type TimerOptions,
} from './timers.ts'
export { containedSignal } from './contained-signal.ts'
export { describeThrown, ignoreRejection, ownMessage } from './thrown.ts'
export { Turns } from './turns.ts'
export { withoutTracing } from './without-tracing.ts'
export { DEFAULT_RETAINED_BYTES, limitRetainedBytes, observeRetained, RetainedShare } from './retained-share.ts'
