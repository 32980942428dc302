import type { Attributes, HistogramPart, SeriesKind } from './names.ts'

/** A series by its OpenTelemetry or Prometheus identity. */
export interface SeriesDescriptor {
  readonly name: string
  /** Attributes or labels; dots and underscores in keys are the same. */
  readonly labels?: Attributes | undefined
  /** UCUM unit. */
  readonly unit?: string | undefined
  readonly kind?: SeriesKind | undefined
  readonly part?: HistogramPart | undefined
  /** Instrumentation scope; part of the identity, visible as the labels `otel_scope_name` and `otel_scope_version`. */
  readonly scope?: { readonly name: string; readonly version?: string | undefined } | undefined
}
