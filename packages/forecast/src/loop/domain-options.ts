import { readOptions as readChecked, shownValue } from '@homeostat/signals/options'
import type { BackfillOptions } from './backfill-options.ts'
import { defaultTargets } from './default-targets.ts'
import { ForecastOptionError, ForecastTargetError } from './forecast-target-error.ts'
import type { ForecastTarget, ReadTarget } from './forecast-target.ts'
import { readTarget } from './forecast-target.ts'
import type { ForecastDomainOptions } from './options.ts'
import { DEFAULTS, forecastOptions, LIMITS } from './options.ts'
import type { Resource } from './resource.ts'

export interface ReadOptions {
  readonly targets: readonly ReadTarget[]
  readonly limits: Readonly<Record<Resource, number>>
  /** Probability above which a bottleneck is only reported. */
  readonly watch: number
  /** The options as they came, without the parts that are not valid. */
  readonly options: ForecastDomainOptions
  /** The server that history is fetched from. @default no history is fetched */
  readonly backfill?: BackfillOptions
  /** The mistakes in the options; the wrong parts are left out. */
  readonly rejected: readonly Error[]
}

/** Each is a forecaster's worth of memory and some forty series. */
const MOST_OWN = 16

/** Reads what can be used and reports what cannot; never throws. */
export function readOptions(given: ForecastDomainOptions): ReadOptions {
  const { options, problems } = readChecked(forecastOptions, given, { path: 'forecast' })
  const rejected: Error[] = problems.map(({ message }) => new ForecastOptionError(message))
  const { watch = DEFAULTS.watch } = options
  const backfill = options.backfill?.url === undefined ? undefined : options.backfill
  if (options.backfill && !backfill && rejected.length === 0)
    rejected.push(new ForecastOptionError('forecast.backfill needs a url; nothing is fetched at the start'))
  const limits = { ...LIMITS, ...options.limits }
  return { targets: readTargets(options, rejected), limits, watch, options, rejected, ...(backfill && { backfill }) }
}

function readTargets(options: ForecastDomainOptions, rejected: Error[]): readonly ReadTarget[] {
  const { defaults, targets: own, horizon } = { targets: [], ...DEFAULTS, ...options }
  const read = new Map<string, ReadTarget>()
  const add = (target: ForecastTarget, check: (target: ReadTarget) => void = () => {}): void => {
    try {
      const found = readTarget(target, horizon)
      check(found)
      read.set(found.name, found)
    } catch (error) {
      const name = shownValue(target)
      rejected.push(error instanceof ForecastTargetError ? error : new ForecastTargetError(name, 'it cannot be read'))
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
