import type { LedgerEntry, Loop } from '@homeostat/optimizer'
import { disposeTogether } from '@homeostat/signals'
import { ForecastStateError } from '../errors.ts'
import type { BackfillRebuild } from './backfill-work.ts'
import { Censoring } from './censoring.ts'
import type { ReadOptions } from './domain-options.ts'
import type { ForecastInstrumentation } from './forecast-instrumentation.ts'
import type { Horizon, ReadTarget } from './forecast-target.ts'
import type { ForecastPrediction } from './prediction.ts'
import { isProven } from './prediction.ts'
import { PublishedForecast } from './published-forecast.ts'
import { isSavedTarget } from './saved-target.ts'
import { WatchedTarget } from './watched-target.ts'

/** Saved states that are handed on; each takes some 15 KB. */
const MOST_OF_OTHERS = 16

interface Watched {
  readonly watched: WatchedTarget
  readonly published: readonly (readonly [Horizon, PublishedForecast])[]
}

/** The forecasters of all targets: fed at each tick, published as metrics. */
export class Forecasts {
  readonly #instrumentation: ForecastInstrumentation
  readonly #limits: ReadOptions['limits']
  readonly #all = new Map<string, Watched>()
  readonly #censoring = new Censoring()
  #ofOthers: Readonly<Record<string, unknown>> = {}

  constructor({ targets, limits }: Pick<ReadOptions, 'targets' | 'limits'>, instrumentation: ForecastInstrumentation) {
    this.#instrumentation = instrumentation
    this.#limits = limits
    const { registry } = instrumentation
    for (const target of targets)
      this.#all.set(target.name, {
        watched: new WatchedTarget(target),
        published: target.horizons.map(horizon => [horizon, new PublishedForecast(registry, target, horizon)]),
      })
  }

  get targets(): readonly ReadTarget[] {
    return [...this.#all.values()].map(({ watched }) => watched.target)
  }

  /** Looks at the targets at the end of every tick, from now on. */
  follow(loop: Loop): Disposable {
    for (const { watched } of this.#all.values()) this.#contain(() => watched.bind(loop.store))
    return disposeTogether(
      loop.on(entry => this.#tick(entry)),
      {
        [Symbol.dispose]: () => {
          for (const each of this.#all.values()) {
            each.watched.unbind()
            for (const [, series] of each.published) series.clear()
          }
        },
      },
    )
  }

  /** Looks at all targets now, and publishes what that says. A moment that was examined already changes nothing. */
  observe(now: number): void {
    if (!this.#instrumentation.isOn) return
    for (const each of this.#all.values()) {
      this.#contain(() => each.watched.observe(now))
      this.#contain(() => publish(each))
    }
  }

  /**
   * What is forecast of every target whose value is seen and that was watched for ten minutes; the most probable first. None
   * while the instrumentation is off.
   */
  predictions(): ForecastPrediction[] {
    if (!this.#instrumentation.isOn) return []
    return [...this.#all.values()]
      .filter(({ watched }) => watched.isSeen)
      .flatMap(({ watched: { target, forecaster } }) =>
        target.horizons.flatMap(({ ms: horizonMs }): ForecastPrediction[] => {
          const { name, resource, above: threshold } = target
          const { ready, probability, confidence, expectedInMs } = forecaster.prediction(threshold, horizonMs)
          if (!ready) return []
          const score = forecaster.score(threshold, horizonMs)
          return [
            {
              type: `${resource}_bottleneck`,
              target: name,
              resource,
              probability,
              limit: this.#limits[resource],
              threshold,
              horizonMs,
              expectedInMs,
              confidence,
              skill: score.skill,
              mayAct: isProven(score),
              explanation: forecaster.explain(threshold, horizonMs).summary,
            },
          ]
        }),
      )
      .toSorted((a, b) => b.probability - a.probability)
  }

  /** What each target knows, by its name, for `JSON.stringify`. */
  save(): Readonly<Record<string, unknown>> {
    const own = [...this.#all].flatMap(([name, { watched }]) => {
      const saved = watched.save()
      return saved ? [[name, saved] as const] : []
    })
    return { ...this.#ofOthers, ...Object.fromEntries(own) }
  }

  /**
   * Continues from a saved state. A part that does not fit is counted as a fault and left out. A target that has observed for
   * longer than the saved one keeps what it has learned.
   *
   * @throws nothing: a part that is damaged is reported as a fault, a ForecastStateError
   */
  restore(saved: Readonly<Record<string, unknown>>): void {
    // Other processes of the service may watch other targets: what is known of them is handed on.
    const others = Object.entries(saved ?? {}).filter(([name, own]) => !this.#all.has(name) && isSavedTarget(own))
    this.#ofOthers = Object.fromEntries(others.slice(0, MOST_OF_OTHERS))
    for (const [name, { watched }] of this.#all)
      this.#contain(() => {
        if (typeof saved !== 'object' || saved === null || !Object.hasOwn(saved, name)) return
        const own = saved[name]
        if (!isSavedTarget(own)) throw new ForecastStateError(`that of ${name} is damaged`)
        watched.restore(own)
      })
  }

  /** How much time the samples of a target speak for, in milliseconds. */
  knownMs(target: string): number {
    return this.#all.get(target)?.watched.knownMs ?? 0
  }

  /** Begins a forecaster of earlier samples. Live ones are kept aside until it is finished, and come after them. */
  rebuild(target: string): BackfillRebuild {
    return this.#all.get(target)!.watched.rebuild()
  }

  #tick(entry: LedgerEntry): void {
    this.#censoring.see(entry, (resource, isNew, untilMs) => {
      for (const { watched } of this.#all.values()) {
        if (watched.target.resource !== resource) continue
        // The effect of a run shows in every forecast made within the horizon after it.
        const { horizons } = watched.target
        watched.censor(isNew ? untilMs + Math.max(...horizons.map(({ ms }) => ms)) : untilMs)
      }
    })
    this.observe(entry.now)
  }

  #contain(work: () => void): void {
    this.#instrumentation.registry.faults.contain('signal', work)
  }
}

function publish({ watched, published }: Watched): void {
  const { forecaster, target, isSeen } = watched
  for (const [{ ms }, series] of published) {
    const prediction = forecaster.prediction(target.above, ms)
    series.show(isSeen && prediction.ready ? prediction : undefined)
    // A crossing is an outcome before the first ten minutes are over.
    if (prediction.ready) series.showScore(forecaster.score(target.above, ms))
  }
}
