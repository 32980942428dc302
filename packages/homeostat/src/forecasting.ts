import type { ForecastDomain, Forecasts } from '@homeostat/forecast/domain'
import type { Domain, Loop } from '@homeostat/optimizer'
import { disposeTogether } from '@homeostat/signals'
import type { PerformancePrediction } from './prevention.ts'
import { bottlenecksOf } from './prevention.ts'
import { SavedState } from './saved-state.ts'
import type { StatePlacesContext } from './saved-state-places.ts'
import { statePlacesOf } from './saved-state-places.ts'
import { warn } from './warn.ts'

export interface ForecastingContext extends StatePlacesContext {
  readonly loop: Loop
}

/** The domains that follow the loop, and the forecasts among them, which outlive the process. */
export class Forecasting {
  readonly #forecasts: Forecasts | undefined
  readonly #saved: SavedState | undefined
  readonly #following: Disposable

  constructor({ loop, ...context }: ForecastingContext) {
    const { domains, faults } = context
    const { forecasts, rejected = [] } = domains.map(([domain]) => domain).find(hasForecasts) ?? {}
    for (const { message } of rejected) warn(message)
    this.#forecasts = forecasts
    this.#saved =
      forecasts &&
      new SavedState({
        kept: {
          name: 'forecasts',
          save: () => forecasts.save(),
          restore: saved => forecasts.restore(saved as Readonly<Record<string, unknown>>),
        },
        places: statePlacesOf(context),
        onError: error => faults.report('source', error),
        clock: Date.now,
      })
    const following = domains.map(([domain]) => faults.contain('tick', () => domain.follow?.(loop)))
    this.#following = disposeTogether(...following.filter(each => each !== undefined))
  }

  /** Takes what an earlier life has learned. */
  async start(): Promise<void> {
    await this.#saved?.start()
  }

  /** What is above its limit now. */
  predict(now: number): PerformancePrediction[] {
    this.#forecasts?.observe(now)
    return this.#forecasts ? bottlenecksOf(this.#forecasts, now) : []
  }

  /** Saves for the last time. */
  async stop(): Promise<void> {
    this.#following[Symbol.dispose]()
    await this.#saved?.stop()
  }
}

function hasForecasts(domain: Domain): domain is ForecastDomain & Domain {
  return 'forecasts' in domain
}
