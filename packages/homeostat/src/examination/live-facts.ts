import type { Backend } from './backend.ts'

/**
 * Everything that the doctor knows about a running process. It leaves that process as JSON, so it holds names, versions, paths and
 * numbers, and no value of an attribute.
 */
export interface LiveFacts {
  readonly process: ProcessFacts
  readonly provider: ProviderFacts
  readonly readers: readonly ReaderFacts[]
  readonly metrics: readonly MetricFacts[]
  /** Undefined where the heap was not searched for them. */
  readonly instrumentations: readonly InstrumentationFacts[] | undefined
  /** The packages that matter here, each copy once. Undefined where the loaded scripts were not listed. */
  readonly packages: readonly LoadedPackage[] | undefined
  /** The Homeostats that run in the process. */
  readonly homeostats: readonly HomeostatFacts[]
  /** The parts that could not be looked at, each with the reason. */
  readonly notes: readonly string[]
}

export interface ProcessFacts {
  readonly pid: number
  readonly node: string
  /** The main file, relative to the folder of the process. */
  readonly main: string | undefined
  readonly uptimeMs: number
  /** Whether it ended by itself when it was looked at. */
  readonly isEnding: boolean
}

/** The registered `MeterProvider`. */
export interface ProviderFacts {
  /**
   * `missing`: nothing is registered. `noop`: what is registered drops everything. `sdk`: the one of OpenTelemetry's SDK.
   * `other`: another implementation.
   */
  readonly kind: 'missing' | 'noop' | 'sdk' | 'other'
  readonly className: string | undefined
  /** The version of `@opentelemetry/api` that registered first. */
  readonly apiVersion: string | undefined
  /** Whether a provider of traces is registered. */
  readonly hasTracer: boolean
}

export type Temporality = 'delta' | 'cumulative'

/** A metric reader of the provider. */
export interface ReaderFacts {
  readonly className: string | undefined
  readonly exporter: string | undefined
  /** The temporality of counters. */
  readonly temporality: Temporality | undefined
  /** Scheme, host and port. */
  readonly address: string | undefined
  readonly backend: Backend | undefined
}

/** A metric of the provider with its series since the start, or since the latest export for a reader with delta temporality. */
export interface MetricFacts {
  readonly name: string
  readonly scope: string
  readonly scopeVersion: string | undefined
  readonly isObservable: boolean
  readonly series: number
  /** Whether the SDK has put further series into one. */
  readonly isOverflowing: boolean
  /** The attributes that have several values, by name, with the number of these. */
  readonly varying: readonly { readonly attribute: string; readonly values: number }[]
  /** The systems of `db.system.name` or `messaging.system`. */
  readonly systems: readonly string[]
  /** Counts of series of requests that a server has answered with another status than 404. */
  readonly routes: { readonly named: number; readonly unnamed: number }
}

/** An instance of `InstrumentationBase`. */
export interface InstrumentationFacts {
  readonly name: string
  readonly version: string | undefined
  readonly isEnabled: boolean
  readonly libraries: readonly InstrumentedLibrary[]
}

/** A library that an instrumentation patches. */
export interface InstrumentedLibrary {
  readonly name: string
  readonly ranges: readonly string[]
  readonly isPatched: boolean
  /** The version that the hook has met; undefined where the hook has met none. */
  readonly metVersion: string | undefined
  readonly loaded: LoadedLibrary | undefined
}

export interface LoadedLibrary {
  readonly version: string | undefined
  /** Relative to the folder of the process. */
  readonly path: string
  /** `bundled`: it is inside a script of the application. `imported`: by `import` only. */
  readonly how: 'required' | 'imported' | 'bundled'
  /** Whether it was loaded before the instrumentation. */
  readonly isEarlier: boolean
}

/** A package of which scripts are loaded. */
export interface LoadedPackage {
  readonly name: string
  readonly version: string | undefined
  /** Relative to the folder of the process. */
  readonly path: string
}

export interface HomeostatFacts {
  readonly version: string | undefined
  readonly mode: string | undefined
  readonly isExporting: boolean
  readonly watched: readonly WatchedFacts[]
  /** Findings of the process itself. */
  readonly findings: readonly { readonly key: string; readonly text: string }[]
}

export interface WatchedFacts {
  readonly name: string
  readonly isOn: boolean
  readonly series: number
  /** Such as `2 pools`. */
  readonly seen: readonly string[]
  readonly notes: readonly string[]
}
