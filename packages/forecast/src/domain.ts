import type { DomainDefinition, DomainWith, Loop } from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import { disposeTogether } from '@homeostat/signals'
import type { Backfill } from './loop/backfill.ts'
import { startBackfill } from './loop/backfill.ts'
import type { BackfillOptions } from './loop/backfill-options.ts'
import { readOptions } from './loop/domain-options.ts'
import { ForecastInstrumentation } from './loop/forecast-instrumentation.ts'
import { Forecasts } from './loop/forecasts.ts'
import { forecastOptions, type ForecastDomainOptions } from './loop/options.ts'
import { responses } from './loop/responses.ts'
import { rules } from './loop/rules.ts'

export type { BackfillOptions } from './loop/backfill-options.ts'
export type { ForecastDomainOptions } from './loop/options.ts'
export { forecastOptions } from './loop/options.ts'
export { defaultTargets } from './loop/default-targets.ts'
export { serviceP95 } from './loop/expressions.ts'
export { ForecastInstrumentation } from './loop/forecast-instrumentation.ts'
export { ForecastOptionError, ForecastTargetError } from './loop/forecast-target-error.ts'
export type { ForecastTarget } from './loop/forecast-target.ts'
export { Forecasts } from './loop/forecasts.ts'
export type { ForecastPrediction } from './loop/prediction.ts'
export type { Resource } from './loop/resource.ts'

/** Forecasts in the loop. */
export interface ForecastDomain extends DomainWith<ForecastInstrumentation, 'rules' | 'responses'> {
  readonly forecasts: Forecasts
  /** Targets and options that could not be used, each with what to do about it. */
  readonly rejected: readonly Error[]
  follow(loop: Loop): Disposable
}

/**
 * Everything that this package provides, for `homeostat()`: forecasts of bottlenecks of CPU, memory, database and network, published as
 * metrics, alerts on them, and what is done before they come. `homeostat()` creates it from its options.
 *
 * @example
 * ```ts
 * const h = homeostat({
 *   forecast: {
 *     targets: [{ name: 'disk', resource: 'database', expr: 'max(disk_used / disk_size)', above: 0.9, within: '30m', unit: 'ratio' }],
 *   },
 * })
 * ```
 */
export function forecast(options: ForecastDomainOptions = {}): ForecastDomain {
  const read = readOptions(options)
  const { backfill } = read
  const { maxSeries } = read.options
  const instrumentation = new ForecastInstrumentation(maxSeries === undefined ? {} : { maxSeries })
  const { faults } = instrumentation.registry
  const forecasts = new Forecasts(read, instrumentation)
  return {
    name: 'forecast',
    instrumentation,
    rules: rules(read),
    responses: responses(read),
    forecasts,
    rejected: read.rejected,
    follow: loop => {
      const following = forecasts.follow(loop)
      return backfill ? disposeTogether(following, fillAfterFirstTick(backfill, forecasts, loop, faults)) : following
    },
  }
}

/**
 * The option `forecast` of `homeostat()`: probabilities of bottlenecks. A preventive response goes no further than its mode,
 * however far its action may go.
 */
export const definition: DomainDefinition<ForecastDomainOptions> = {
  options: forecastOptions,
  place: 100,
  create: forecast,
}

/** By the first tick what an earlier life has saved is there, and is not asked for again. */
function fillAfterFirstTick(options: BackfillOptions, forecasts: Forecasts, loop: Loop, faults: Faults): Disposable {
  let filling: Backfill | undefined
  const waiting = loop.on(({ now }) => {
    filling ??= startBackfill(options, {
      targets: forecasts.targets,
      rebuild: target => forecasts.rebuild(target),
      knownMs: target => forecasts.knownMs(target),
      now,
      onFault: fault => faults.report('source', fault),
    })
  })
  return disposeTogether(waiting, { [Symbol.dispose]: () => filling?.stop() })
}
