import type { ForecastDomain, ForecastPrediction, Forecasts, ForecastTarget } from '@homeostat/forecast/domain'
import type { Domain, Loop } from '@homeostat/optimizer'
import type { StateSection } from '@homeostat/optimizer/engines'
import type { Faults } from '@homeostat/signals'
import { warnAtStart } from '@homeostat/signals/options'
import { disposeTogether } from '@homeostat/signals'
import type { DomainWithMode } from '../domains/domains.ts'
import type { PerformancePrediction } from './prevention.ts'
import { bottlenecksOf } from './prevention.ts'

export interface ForecastingContext {
  readonly domains: readonly DomainWithMode[]
  readonly faults: Faults
  readonly loop: Loop
}

/** The domains that follow the loop, and the forecasts among them, which may outlive the process. */
export class Forecasting {
  readonly #forecasts: Forecasts | undefined
  readonly #following: Disposable

  constructor({ loop, domains, faults }: ForecastingContext) {
    const { forecasts, rejected = [] } = domains.map(([domain]) => domain).find(hasForecasts) ?? {}
    for (const { message } of rejected) warnAtStart(message)
    this.#forecasts = forecasts
    const following = domains.map(([domain]) => faults.contain('tick', () => domain.follow?.(loop)))
    this.#following = disposeTogether(...following.filter(each => each !== undefined))
  }

  /** The state of the forecasts that outlives the process. */
  get sections(): StateSection[] {
    return this.#forecasts ? [this.#forecasts.section] : []
  }

  /** The bottlenecks that the forecasts predict now. */
  predict(now: number): PerformancePrediction[] {
    this.#forecasts?.observe(now)
    return this.#forecasts ? bottlenecksOf(this.#forecasts, now) : []
  }

  /** The forecast of each target and horizon as it was at the last tick. */
  get reported(): (ForecastPrediction & Pick<ForecastTarget, 'expr' | 'unit'>)[] {
    const forecasts = this.#forecasts
    if (forecasts === undefined) return []
    const targets = new Map(forecasts.targets.map(target => [target.name, target]))
    return forecasts.predictions().map(prediction => {
      const { expr, unit } = targets.get(prediction.target)!
      return { ...prediction, expr, ...(unit !== undefined && { unit }) }
    })
  }

  /** Observes nothing any more. */
  stop(): void {
    this.#following[Symbol.dispose]()
  }
}

function hasForecasts(domain: Domain): domain is ForecastDomain & Domain {
  return 'forecasts' in domain
}
