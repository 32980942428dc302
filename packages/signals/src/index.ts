export { untilAborted, within, type UntilAbortedOptions, type WithinOptions, type Work } from './time/bounded-wait.ts'
export { BoundedMap } from './bounded-map.ts'
export { unseenInBundle, type LibraryMarks } from './libraries/bundled-libraries.ts'
export { counted } from './counted.ts'
export { CollectedNumbers } from './registry/collected-numbers.ts'
export { disposeTogether } from './disposables.ts'
export { errorType } from './faults/error-type.ts'
export { Faults, logFirst, type Component } from './faults/faults.ts'
export { followLines, writeLine, type LineLevel, type LineListener } from './faults/lines.ts'
export { HistogramSeries } from './series/histogram-series.ts'
export { HandedObjects, type MeasureObject } from './libraries/handed-objects.ts'
export { hrTime } from './metrics/hr-time.ts'
export { Instrument } from './series/instrument.ts'
export { LoopHolds, type LoopHoldsOptions } from './time/loop-holds.ts'
export * from './metrics/metric-data.ts'
export { patchMethod } from './libraries/method-patch.ts'
export { patchModuleFile, type ModulePatch, type ModulePatches } from './libraries/module-hook.ts'
export type { ProducerReader, SignalProducer } from './registry/producer.ts'
export {
  FileTooLargeError,
  IrregularFileError,
  openRegularFile,
  readRegularFile,
  readRegularFileSync,
} from './regular-file.ts'
export { Registry, type Observer, type RegistryOptions } from './registry/registry.ts'
export { databasePart, hostPart, portPart, UNKNOWN_PART } from './server-address.ts'
export { CounterSeries, LevelSeries, type Series } from './series/series.ts'
export {
  SignalInstrumentation,
  type CheckedConfig,
  type SignalInstrumentationConfig,
} from './instrumentation/signal-instrumentation.ts'
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
} from './time/timers.ts'
export { containedSignal } from './faults/contained-signal.ts'
export { describeThrown, ignoreRejection, ownMessage } from './faults/thrown.ts'
export { refreshOnDemand, type RefreshOnDemand } from './time/refresh-on-demand.ts'
export { SlicedWork, Stopwatch } from './time/sliced-work.ts'
export { atOnce, type Steps } from './time/steps.ts'
export { Turns } from './time/turns.ts'
export { RestartedThread, type LostThread, type RestartedThreadOptions } from './threads/restarted-thread.ts'
export { threadCpuMs } from './threads/thread-cpu.ts'
export { currentWork, isWorkUsed, runAsWork } from './units-of-work/current-work.ts'
export { workNameOf, WorkUnit, type NamedOwner } from './units-of-work/work-unit.ts'
export { withoutTracing } from './without-tracing.ts'
export {
  DEFAULT_RETAINED_BYTES,
  limitRetainedBytes,
  observeRetained,
  RetainedShare,
} from './registry/retained-share.ts'
