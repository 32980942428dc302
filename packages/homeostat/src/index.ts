export type { AlertStatus } from './report/alert-status.ts'
export { NotAReaderError } from './doors/readers/attach.ts'
export { homeostat } from './homeostat-factory.ts'
export type { HomeostatInstrumentation } from './doors/engine-instrumentation.ts'
export { Homeostat } from './homeostat.ts'
export type { HomeostatOptions } from './options/options.ts'
export { HomeostatReader, type HomeostatReaderOptions } from './homeostat-reader.ts'
export type { Finding } from './report/findings.ts'
export type { Logger } from './options/logger.ts'
export type { Report, ReportContent, ReportedKnob, ReportedStall, ReportedTrial } from './report/report.ts'
export type { KeptThing } from './state/where-kept.ts'
export type { UnmatchedExplanation, UnmatchedRule } from './report/unmatched-rules.ts'
export type { WatchedPackage } from './report/watched-packages.ts'
export type { NamedService, ServiceNameSource } from './doors/service-name.ts'
export type { HttpMethods } from './methods/http-methods.ts'
export type { ObservedObjects } from './doors/observed-objects.ts'
export type { OptimizationResult } from './methods/optimization-result.ts'
export type { PerformancePrediction, PreventionResult } from './methods/prevention.ts'
export type {
  ApplicationMetrics,
  DatabaseMetrics,
  ExternalServiceHealth,
  HostDiskMetrics,
  HostMetrics,
  HostNetworkMetrics,
  ExternalServiceMetrics,
  PerformanceMetrics,
  PoolMetrics,
  SourceFailure,
  SourceName,
  SystemMetrics,
} from './metrics/performance-metrics.ts'
export type { CacheClient, CacheLoader } from '@homeostat/ioredis/domain'
export { judge } from '@homeostat/optimizer/judge'
export { isMode, modes } from '@homeostat/optimizer'
export type {
  Action,
  ActionContext,
  ActionEvidence,
  Advice,
  AdviceGiven,
  StandingAdvice,
  Bounds,
  BudgetLimits,
  Coordinator,
  Design,
  Domain,
  Explanation,
  Firing,
  GuardedCallContext,
  GuardedCallOptions,
  GuardedOptions,
  GuardedService,
  Knob,
  KnobOptions,
  LedgerEntry,
  LedgerListener,
  Mode,
  Receipt,
  Reclaimer,
  Refusal,
  RefusalReason,
  Response,
  ResponseGuard,
  Rule,
  StateStore,
  Trial,
  Verdict,
} from '@homeostat/optimizer'
