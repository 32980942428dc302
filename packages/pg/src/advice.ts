export { RecordUnreadableError } from './errors.ts'
export { adviseOnRecorded, type RecordedAdvice, type RecordedAdviceOptions } from './recorded/advise.ts'
export type { MissingIndex } from './recorded/missing-index.ts'
