import type { ForecastDomain, Forecasts } from '@homeostat/forecast/domain'
import type { Domain, Loop } from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import { warnAtStart } from '@homeostat/signals/options'
import { disposeTogether } from '@homeostat/signals'
import type { DomainWithMode } from './options/modes.ts'
import type { PerformancePrediction } from './prevention.ts'
import { bottlenecksOf } from './prevention.ts'
import { SavedState } from './state/saved-state.ts'
import type { StatePlaces } from './state/saved-state-places.ts'

export interface ForecastingContext {
  readonly domains: readonly DomainWithMode[]
  readonly faults: Faults
  readonly loop: Loop
}

/** The domains that follow the loop, and the forecasts among them, which may outlive the process. */
export class Forecasting {
  readonly #forecasts: Forecasts | undefined
  readonly #faults: Faults
  readonly #following: Disposable
  #saved: SavedState | undefined

  constructor({ loop, domains, faults }: ForecastingContext) {
    const { forecasts, rejected = [] } = domains.map(([domain]) => domain).find(hasForecasts) ?? {}
    for (const { message } of rejected) warnAtStart(message)
    this.#forecasts = forecasts
    this.#faults = faults
    const following = domains.map(([domain]) => faults.contain('tick', () => domain.follow?.(loop)))
    this.#following = disposeTogether(...following.filter(each => each !== undefined))
  }

  /** Takes what an earlier life has learned. @param places - undefined where nothing is kept */
  async start(places: StatePlaces | undefined): Promise<void> {
    const forecasts = this.#forecasts
    if (!forecasts || !places || this.#saved) return
    this.#saved = new SavedState({
      kept: {
        name: 'forecasts',
        save: () => forecasts.save(),
        restore: saved => forecasts.restore(saved as Readonly<Record<string, unknown>>),
      },
      places,
      onError: error => this.#faults.report('source', error),
      clock: Date.now,
    })
    await this.#saved.start()
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
