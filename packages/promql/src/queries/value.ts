import type { Annotation } from '../words/annotation.ts'
import type { Labels } from '../words/labels.ts'

/** One sample of a result. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
  readonly timestampMs: number
}

/** The samples of one series in a range. */
export interface SeriesSamples {
  readonly labels: Labels
  readonly samples: readonly { readonly timestampMs: number; readonly value: number }[]
}

interface Annotated {
  /** Warnings and infos, worded like Prometheus's. */
  readonly annotations: readonly Annotation[]
}

/** The value of an instant vector. */
export interface VectorValue extends Annotated {
  readonly type: 'vector'
  readonly samples: readonly Sample[]
}

/** The value of a scalar expression at one time. */
export interface ScalarValue extends Annotated {
  readonly type: 'scalar'
  readonly value: number
  readonly timestampMs: number
}

/** The value of a range vector, e.g. `up[5m]`. */
export interface MatrixValue extends Annotated {
  readonly type: 'matrix'
  readonly series: readonly SeriesSamples[]
}

/** The value of a string expression. */
export interface StringValue extends Annotated {
  readonly type: 'string'
  readonly value: string
}

/** What an expression evaluates to. */
export type Value = VectorValue | ScalarValue | MatrixValue | StringValue
