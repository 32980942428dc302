export {
  QueueNotSingleError,
  QueueOutOfReachError,
  QueueReadingSlowError,
  QueueUnreadableError,
  WorkerNotSetError,
  WorkerSetElsewhereError,
} from './errors.ts'
export { BullMQInstrumentation, type BullMQInstrumentationConfig } from './instrumentation.ts'
export { VERSION } from './version.ts'
