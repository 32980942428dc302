import type { Temporality } from '@homeostat/signals'
import type { OptionEntries, OptionSchema } from '@homeostat/signals/options'
import { anything, group, milliseconds, objectWith, readOptions, warnOfOptions } from '@homeostat/signals/options'
import type { HomeostatOptions } from '../options/options.ts'
import { homeostatEntries } from '../options/option-schema.ts'

/** An SDK `PushMetricExporter`, structurally. */
export interface PushExporter {
  export(metrics: never, done: (result: { code: number; error?: Error }) => void): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
  selectAggregationTemporality?(instrumentType: never): Temporality
  selectAggregation?(instrumentType: never): unknown
}

/** Options of {@link HomeostatReader}: those of `homeostat()` and of its exports. */
export interface HomeostatReaderOptions extends HomeostatOptions {
  /** Where the metrics go, e.g. an `OTLPMetricExporter`. */
  readonly exporter: PushExporter
  /** Time between exports. @default 60000, as `PeriodicExportingMetricReader` */
  readonly exportIntervalMillis?: number
  /** An export is given up after this time. @default 30000, as `PeriodicExportingMetricReader` */
  readonly exportTimeoutMillis?: number
}

type OwnOptions = Omit<HomeostatReaderOptions, keyof HomeostatOptions>

const DEFAULTS = { exportIntervalMillis: 60_000, exportTimeoutMillis: 30_000 } as const

const NOTHING_EXPORTED = 'nothing is exported'

export const readerEntries: OptionEntries<OwnOptions> = {
  exporter: objectWith<PushExporter>(['export', 'forceFlush', 'shutdown'], {
    description: 'where the metrics go, e.g. an `OTLPMetricExporter`',
    expected: 'a push metric exporter',
    whenWrong: NOTHING_EXPORTED,
  }),
  exportIntervalMillis: milliseconds({
    least: 10,
    default: DEFAULTS.exportIntervalMillis,
    description: 'time between exports',
  }),
  exportTimeoutMillis: milliseconds({
    default: DEFAULTS.exportTimeoutMillis,
    description: 'an export is given up after this time',
  }),
}

/** Knows the names of the other options, so that a misspelt one is found, and leaves their values to `homeostat()`. */
const readerOptions: OptionSchema<HomeostatReaderOptions> = group<HomeostatReaderOptions>(
  {
    ...(Object.fromEntries(
      Object.keys(homeostatEntries).map(name => [name, anything({ description: name })]),
    ) as OptionEntries<HomeostatOptions>),
    ...readerEntries,
  },
  { description: 'options of HomeostatReader', whenWrong: NOTHING_EXPORTED },
)

/** The reader's own options with their defaults, and those for `homeostat()`. Never throws. */
export function readReaderOptions(given: unknown): {
  readonly own: Required<Omit<OwnOptions, 'exporter'>> & Partial<OwnOptions>
  readonly rest: HomeostatOptions
} {
  const { options, problems } = readOptions<Partial<HomeostatReaderOptions>>(readerOptions, given ?? {})
  const isMissing = options.exporter === undefined && problems.length === 0
  const missing = {
    path: 'exporter',
    message: `exporter is missing, but must be a push metric exporter; ${NOTHING_EXPORTED}`,
  }
  warnOfOptions(isMissing ? [missing] : problems)
  const { exporter, exportIntervalMillis, exportTimeoutMillis, ...rest } = { ...DEFAULTS, ...options }
  return { own: { exportIntervalMillis, exportTimeoutMillis, ...(exporter && { exporter }) }, rest }
}
