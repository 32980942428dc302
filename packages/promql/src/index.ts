export { AlertSeries, type ShownAlert } from './alert-series.ts'
export type { Alert, ResolvedAlert } from './alert.ts'
export type { Annotation } from './annotation.ts'
export { operandsOf, type LabelMatch, type ValueType } from './ast.ts'
export { formatDuration, parseDuration } from './durations.ts'
export {
  EvaluationError,
  EvaluationTimeout,
  RuleError,
  SyntaxProblem,
  TooManySamples,
  UnsupportedFeature,
  type ExpressionError,
  type Position,
} from './errors.ts'
export {
  compile,
  type BoundExpression,
  type CompileOptions,
  type Expression,
  type QueryBounds,
  type SelectorUse,
} from './expression.ts'
export type { HistogramHandle } from './histogram-handle.ts'
export { Labels, type LabelSet } from './labels.ts'
export {
  spellings,
  underscoreLabel,
  underscoreMetric,
  unitSuffix,
  type AttributeValue,
  type Attributes,
  type HistogramPart,
  type MetricIdentity,
  type SeriesKind,
} from './names.ts'
export type { LimitedAlerts, RuleHealth } from './rule-context.ts'
export type { RuleGroup } from './rule-group.ts'
export type { RecordingRule, Rule } from './rule.ts'
export { createRules, loadRules, type Evaluation, type RuleSource, type Rules, type RulesOptions } from './rules.ts'
export type { SeriesHandle } from './series-handle.ts'
export type { SeriesDescriptor } from './series-descriptor.ts'
export type { Steps } from './steps.ts'
export { matchesEmpty } from './syntax/selector.ts'
export { createStore, type Store, type StoreOptions, type StoreStats } from './store.ts'
export type { MatrixValue, Sample, ScalarValue, SeriesSamples, StringValue, Value, VectorValue } from './value.ts'
export type { VectorColumns } from './vector-columns.ts'
