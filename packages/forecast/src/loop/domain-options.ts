import type { SignalInstrumentationConfig } from '@homeostat/signals'
import type { BackfillOptions } from './backfill-options.ts'
import { backfillSettings } from './backfill-options.ts'
import { defaultTargets } from './default-targets.ts'
import { ForecastOptionError, ForecastTargetError } from './forecast-target-error.ts'
import type { ForecastTarget, ReadTarget } from './forecast-target.ts'
import { HORIZON_WORDS, isHorizon, readTarget } from './forecast-target.ts'
import type { Resource } from './resource.ts'
import { RESOURCES } from './resource.ts'

/** What `forecast()` and the key `forecast` of `homeostat()` take. */
export interface ForecastDomainOptions extends SignalInstrumentationConfig {
  /** Targets of your own, at most 16 horizons in all; one of the same name takes the place of a default. @default none */
  readonly targets?: readonly ForecastTarget[]
  /** Whether the default targets are forecast as well. @default true */
  readonly defaults?: boolean
  /** Probability above which a bottleneck is expected and prevention begins. @default 0.7, database 0.6 */
  readonly limits?: Partial<Readonly<Record<Resource, number>>>
  /** Probability above which it is only told. @default 0.4 */
  readonly watch?: number
  /** How far ahead, unless a target says otherwise: a Prometheus duration. @default '15m' */
  readonly horizon?: string
  /** A server that remembers the last days: a fresh process then begins with what it knows. @default none */
  readonly backfill?: BackfillOptions
}

export interface ReadOptions {
  readonly targets: readonly ReadTarget[]
  readonly limits: Readonly<Record<Resource, number>>
  readonly watch: number
  readonly backfill?: BackfillOptions
  /** What could not be used, and so is left out. */
  readonly rejected: readonly Error[]
}

const LIMITS: Readonly<Record<Resource, number>> = { cpu: 0.7, memory: 0.7, database: 0.6, network: 0.7 }
const WATCH = 0.4
const HORIZON = '15m'
/** Each is a forecaster's worth of memory and some forty series. */
const MOST_OWN = 16

/** Reads what can be used and says what cannot; never throws. */
export function readOptions(options: ForecastDomainOptions): ReadOptions {
  const rejected: Error[] = []
  const limits = { ...LIMITS }
  const probability = (name: string, found: number | undefined, usual: number): number => {
    if (found === undefined || (typeof found === 'number' && found > 0 && found < 1)) return found ?? usual
    rejected.push(new ForecastOptionError(name, found, 'a probability between 0 and 1', usual))
    return usual
  }
  for (const resource of RESOURCES)
    limits[resource] = probability(`limits.${resource}`, options.limits?.[resource], LIMITS[resource])
  const watch = probability('watch', options.watch, WATCH)
  const targets = readTargets(options, rejected)
  const backfill = readBackfill(options, rejected)
  return { targets, limits, watch, rejected, ...(backfill && { backfill }) }
}

function readBackfill({ backfill }: ForecastDomainOptions, rejected: Error[]): BackfillOptions | undefined {
  if (!backfill) return undefined
  try {
    backfillSettings(backfill)
    return backfill
  } catch (error) {
    rejected.push(error instanceof Error ? error : new Error(String(error)))
    return undefined
  }
}

function readTargets(options: ForecastDomainOptions, rejected: Error[]): readonly ReadTarget[] {
  const { defaults = true } = options
  const own = readOwn(options.targets, rejected)
  const horizon = readHorizon(options.horizon, rejected)
  const read = new Map<string, ReadTarget>()
  const add = (target: ForecastTarget, check: (target: ReadTarget) => void = () => {}): void => {
    try {
      const found = readTarget(target, horizon)
      check(found)
      read.set(found.name, found)
    } catch (error) {
      rejected.push(error as Error)
    }
  }
  if (defaults) for (const target of defaultTargets) add(target)
  const names = new Set<string>()
  let horizons = 0
  for (const target of own)
    add(target, ({ name, horizons: { length } }) => {
      if (names.has(name)) throw new ForecastTargetError(name, 'another has the same name; rename one of them')
      if (horizons + length > MOST_OWN)
        throw new ForecastTargetError(
          name,
          `with it there are ${horizons + length} own horizons; keep to ${MOST_OWN} in all`,
        )
      names.add(name)
      horizons += length
    })
  return [...read.values()]
}

function readOwn(targets: ForecastDomainOptions['targets'] = [], rejected: Error[]): readonly ForecastTarget[] {
  if (Array.isArray(targets)) return targets as readonly ForecastTarget[]
  rejected.push(new ForecastOptionError('targets', targets, 'a list', 'an empty one'))
  return []
}

/** Once, and not with every target that leaves it to the option. */
function readHorizon(horizon: string = HORIZON, rejected: Error[]): string {
  if (isHorizon(horizon)) return horizon
  rejected.push(new ForecastOptionError('horizon', horizon, HORIZON_WORDS, HORIZON))
  return HORIZON
}
