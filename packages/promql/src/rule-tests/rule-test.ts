import type { SeriesPoint } from './series-notation.ts'

/** A rule test file, read: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
export interface RuleTestFile {
  readonly file: string
  /** Paths or patterns, relative to the file's folder. */
  readonly ruleFiles: readonly string[]
  readonly evaluationIntervalMs: number
  readonly groupOrder: readonly string[]
  /** Values may differ in the last bit. */
  readonly fuzzyCompare: boolean
  readonly tests: readonly RuleTest[]
}

/** Input series and what is expected of the rules over them. */
export interface RuleTest {
  /** Empty when the file gives none. */
  readonly name: string
  /** The name, or `unnamed#0` by its place in the file. */
  readonly title: string
  /** Time between two samples of the input series. */
  readonly intervalMs: number
  /** The instant of the first sample. */
  readonly startMs: number
  readonly externalLabels: Readonly<Record<string, string>>
  readonly externalUrl: string
  readonly series: readonly InputSeries[]
  readonly alerts: readonly AlertTest[]
  readonly expressions: readonly ExpressionTest[]
}

/** A series that a rule test feeds in. */
export interface InputSeries {
  readonly labels: ReadonlyMap<string, string>
  readonly points: readonly SeriesPoint[]
}

/** Labels and annotations that a rule test expects of an alert. */
export interface LabelsAndAnnotations {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** The alerts of one name that fire at an instant. */
export interface AlertTest {
  readonly evalTimeMs: number
  readonly alertname: string
  readonly expected: readonly LabelsAndAnnotations[]
}

/** The value of an expression at an instant. */
export interface ExpressionTest {
  readonly expr: string
  readonly evalTimeMs: number
  readonly expected: readonly { readonly labels: string; readonly value: number }[]
}
