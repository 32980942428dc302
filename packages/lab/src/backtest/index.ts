export { backtest, type BacktestOptions } from './backtest.ts'
export { compareBacktests, type AlertDifference } from './compare.ts'
export { openSource, type OpenSourceOptions } from './open-source.ts'
export { openOtlp, type OtlpOptions } from './otlp-source.ts'
export { PrometheusError } from '@homeostat/prometheus'
export { openPrometheus, readBy, type PrometheusOptions } from './prometheus-source.ts'
export { Recorder, type RecorderOptions } from './recorder.ts'
export type {
  RecordedCollection,
  RecordedMetric,
  RecordedScope,
  RecordedSeries,
  RecordedSnapshot,
  RecordedValue,
  RecordingHeader,
} from './recording.ts'
export { RecordingError } from './recording-error.ts'
export { openRecording } from './recording-source.ts'
export { backtestReport, differenceReport } from './report.ts'
export type { BacktestResult, FiredAlert, FlapRate, RefusedAction, WouldBeAction } from './result.ts'
export type { BacktestSource } from './source.ts'
