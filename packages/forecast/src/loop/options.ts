import type { SignalInstrumentationConfig } from '@homeostat/signals'
import type { OptionEntries, OptionSchema } from '@homeostat/signals/options'
import {
  anything,
  flag,
  group,
  listOf,
  milliseconds,
  number,
  recordOf,
  signalOptions,
  text,
  shownValue,
  withCheck,
} from '@homeostat/signals/options'
import type { BackfillOptions } from './backfill-options.ts'
import { BACKFILL_DEFAULTS, LEAST_STEP_MS, MOST_DAYS } from './backfill-options.ts'
import type { ForecastTarget } from './forecast-target.ts'
import { HORIZON_WORDS, isHorizon } from './forecast-target.ts'
import type { Resource } from './resource.ts'

/** What `forecast()` and the key `forecast` of `homeostat()` take. */
export interface ForecastDomainOptions extends SignalInstrumentationConfig {
  /** Targets of your own, at most 16 horizons in all; one with the name of a default replaces it. @default none */
  readonly targets?: readonly ForecastTarget[]
  /** Whether the default targets are forecast as well. @default true */
  readonly defaults?: boolean
  /** Probability above which a bottleneck is expected and prevention begins. @default 0.7, database 0.6 */
  readonly limits?: Partial<Readonly<Record<Resource, number>>>
  /** Probability above which it is only reported. @default 0.4 */
  readonly watch?: number
  /** How far ahead, unless a target says otherwise: a Prometheus duration. @default '15m' */
  readonly horizon?: string
  /** A server that remembers the last days: a fresh process then begins with what it knows. @default none */
  readonly backfill?: BackfillOptions
}

export const LIMITS: Readonly<Record<Resource, number>> = { cpu: 0.7, memory: 0.7, database: 0.6, network: 0.7 }
export const DEFAULTS = { defaults: true, watch: 0.4, horizon: '15m' } as const

/** The forecaster gives no probability of exactly 0 or 1. */
const BETWEEN = { least: 0.001, most: 0.999, expected: 'a probability between 0 and 1' }

const limit = (resource: Resource): OptionSchema<number> =>
  number({
    ...BETWEEN,
    default: LIMITS[resource],
    description: `probability above which a bottleneck of \`${resource}\` is expected and prevention begins`,
  })

const backfill: OptionEntries<BackfillOptions> = {
  url: text({
    isSecret: true,
    expected: 'the base address of a Prometheus-compatible API',
    description:
      'base address of a Prometheus-compatible API; a user and password in it are sent as Basic authentication and never shown',
  }),
  headers: recordOf(text({ isSecret: true, description: 'a header' }), {
    defaultWords: 'none',
    description: 'sent with every request',
  }),
  labels: recordOf(text({ isSecret: true, description: 'a label' }), {
    defaultWords: 'none',
    description:
      'added to every selector that does not name the label itself. **Name your service**: without it the worst of everything that the server has of a metric is taken, and the forecast is of another service',
  }),
  days: number({
    least: 0.01,
    most: MOST_DAYS,
    default: BACKFILL_DEFAULTS.days,
    description: `how far back, at most ${MOST_DAYS}`,
  }),
  stepMs: milliseconds({
    least: LEAST_STEP_MS,
    most: 3_600_000,
    default: BACKFILL_DEFAULTS.stepMs,
    description: 'time between two samples',
  }),
  timeoutMs: milliseconds({
    most: 600_000,
    default: BACKFILL_DEFAULTS.timeoutMs,
    description: 'for one request',
  }),
  totalTimeoutMs: milliseconds({
    most: 3_600_000,
    default: BACKFILL_DEFAULTS.totalTimeoutMs,
    description: 'for everything',
  }),
}

/** The schema of `forecast(options)` and of the key `forecast` of `homeostat()`. */
export const forecastOptions: OptionSchema<ForecastDomainOptions> = group<ForecastDomainOptions>(
  {
    targets: listOf(anything<ForecastTarget>({ description: 'a target' }), {
      defaultWords: 'none',
      description:
        'your own: `name`, `resource` (`cpu`, `memory`, `database`, `network`), `expr` (PromQL; of several series the highest), `above`, `within` (a duration of `5m` to `1w`, or several), `unit`. At most 16 horizons in all; one with the name of a default replaces it',
    }),
    defaults: flag({ default: DEFAULTS.defaults, description: 'whether the targets above are forecast as well' }),
    limits: group<NonNullable<ForecastDomainOptions['limits']>>(
      { cpu: limit('cpu'), memory: limit('memory'), database: limit('database'), network: limit('network') },
      { description: 'by resource: the probability above which a bottleneck is expected' },
    ),
    watch: number({
      ...BETWEEN,
      default: DEFAULTS.watch,
      description: 'the probability above which it is only reported',
    }),
    horizon: withCheck(
      text({
        default: DEFAULTS.horizon,
        expected: HORIZON_WORDS,
        description: 'how far ahead, unless a target says otherwise',
      }),
      value => (isHorizon(value) ? undefined : `is ${shownValue(value)}, but must be ${HORIZON_WORDS}`),
    ),
    backfill: group<BackfillOptions>(backfill, {
      defaultWords: 'none',
      description: 'a server that remembers the last days, see below',
    }),
    ...signalOptions,
  },
  { description: "the package's own options and its `mode`; `false` leaves it out", defaultWords: 'on' },
)
