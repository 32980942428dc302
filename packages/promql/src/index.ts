export { AlertEntries, ALERTS_OF_STEP } from './rules/alert-entries.ts'
export type { ActiveSamples, AlertingRule, AlertState, AlertStates, RuleStates } from './rules/alert-states.ts'
export type { Alert, ResolvedAlert } from './rules/alert.ts'
export type { Annotation } from './words/annotation.ts'
export { operandsOf, type LabelMatch, type ValueType } from './words/ast.ts'
export { formatDuration, parseDuration } from './numbers/durations.ts'
export { CompiledExpressions } from './queries/compiled-expressions.ts'
export {
  EvaluationError,
  EvaluationTimeout,
  RuleError,
  SyntaxProblem,
  TooManySamples,
  UnsupportedFeature,
  type ExpressionError,
  type Position,
} from './words/errors.ts'
export {
  compile,
  type BoundExpression,
  type CompileOptions,
  type Expression,
  type QueryBounds,
  type SelectorUse,
} from './queries/expression.ts'
export type { HistogramHandle } from './store/histogram-handle.ts'
export { Labels, type LabelSet } from './words/labels.ts'
export {
  serverNames,
  serverNameStyles,
  translatedAnnotation,
  translatedAnnotations,
  type NamedMetric,
  type ServerNames,
  type ServerNameStyle,
} from './words/name-styles.ts'
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
} from './words/names.ts'
export { RuleFileError, type FilePosition, type RulePlace } from './words/rule-file-error.ts'
export { LimitExceeded, type LimitedAlerts, type RuleHealth } from './rules/rule-context.ts'
export type { RuleGroup } from './rules/rule-group.ts'
export type { RecordingRule, Rule } from './rules/rule.ts'
export {
  createRules,
  loadRules,
  rulesOf,
  type RuleSource,
  type RulesOptions,
  type StatesOptions,
} from './rules/create-rules.ts'
export type { Evaluation, Rules } from './rules/rules.ts'
export type { SeriesHandle } from './store/series-handle.ts'
export type { SeriesDescriptor } from './words/series-descriptor.ts'
export type { Steps } from './words/steps.ts'
export { matchesEmpty } from './syntax/empty-match.ts'
export { metricsOf, selectorOf, translated, translationOf, type Translation } from './syntax/translation.ts'
export { createStore, type Store, type StoreOptions, type StoreStats } from './store/store.ts'
export type {
  MatrixValue,
  Sample,
  ScalarValue,
  SeriesSamples,
  StringValue,
  Value,
  VectorValue,
} from './queries/value.ts'
export type { VectorColumns } from './queries/vector-columns.ts'
