import type { LedgerEntry, Loop } from '@homeostat/optimizer'
import type { StateSection } from '@homeostat/optimizer/engines'
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
import { isSavedTarget, type SavedTarget } from './saved-target.ts'
import { WatchedTarget } from './watched-target.ts'

/** A target that no process has watched for so long is forgotten. */
const FORGET_AFTER_MS = 90 * 86_400_000

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
              peak: forecaster.peak(threshold, horizonMs),
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

  /** What outlives the process, one entry per target. */
  get section(): StateSection<SavedTarget> {
    const all = this.#all
    return {
      name: 'forecasts',
      version: 1,
      forgetAfterMs: FORGET_AFTER_MS,
      *snapshot() {
        for (const [key, { watched }] of all) {
          const { knownMs, lastMs } = watched
          if (knownMs > 0) yield { key, print: `${knownMs} ${lastMs}`, isInUse: true, lines: () => [watched.save()] }
        }
      },
      parse: ([saved]) => (isSavedTarget(saved) ? saved : undefined),
      // Other processes of the service may watch other targets.
      restore: (name, saved) => this.#contain(() => all.get(name)?.watched.restore(saved)),
    }
  }

  /** What each target knows, by its name, for `JSON.stringify`. */
  save(): Readonly<Record<string, SavedTarget>> {
    const known = [...this.#all].filter(([, { watched }]) => watched.knownMs > 0)
    return Object.fromEntries(known.map(([name, { watched }]) => [name, watched.save()]))
  }

  /**
   * Continues from a saved state. A part that does not fit is counted as a fault and left out. A target that has observed for
   * longer than the saved one keeps what it has learned.
   *
   * @throws nothing: a part that is damaged is reported as a fault, a ForecastStateError
   */
  restore(saved: Readonly<Record<string, unknown>>): void {
    for (const [name, own] of Object.entries(saved ?? {}))
      this.#contain(() => {
        if (!this.#all.has(name)) return
        if (!isSavedTarget(own)) throw new ForecastStateError(`that of ${name} is damaged`)
        this.section.restore(name, own)
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
