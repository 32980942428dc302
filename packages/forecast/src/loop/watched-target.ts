import type { BoundExpression, Store } from '@homeostat/promql'
import { ForecastStateError } from '../errors.ts'
import type { Forecaster } from '../forecaster.ts'
import { create } from '../forecaster.ts'
import type { BackfillRebuild } from './backfill-work.ts'
import type { ReadTarget } from './forecast-target.ts'
import { KnownTime } from './known-time.ts'
import { LiveSamples, SAMPLE_MS } from './live-samples.ts'
import type { SavedTarget } from './saved-target.ts'

/** Live samples kept while a history is fetched: some 20 hours. */
const MOST_KEPT = 5000

/** Samples, each with the time up to which nothing was to be learned when it came. */
type Kept = [ms: number, value: number, censoredUntilMs: number][]

/** A target with its forecaster, while it is watched. */
export class WatchedTarget {
  readonly target: ReadTarget
  #forecaster: Forecaster
  #bound: BoundExpression | undefined
  #value: number | undefined
  #known = new KnownTime()
  #censoredUntil = Number.NEGATIVE_INFINITY
  readonly #live = new LiveSamples()
  /** For each rebuilding under way, the samples since it began. */
  readonly #rebuildings = new Set<Kept>()

  constructor(target: ReadTarget) {
    this.target = target
    this.#forecaster = forecasterOf(target)
  }

  get forecaster(): Forecaster {
    return this.#forecaster
  }

  /** Whether the last look found a value. */
  get isSeen(): boolean {
    return this.#value !== undefined
  }

  /** How much time its samples speak for, in milliseconds. */
  get knownMs(): number {
    return this.#known.ms
  }

  /** When the last of them was, in milliseconds since the epoch; NaN before the first. */
  get lastMs(): number {
    return this.#known.lastMs
  }

  /** The store keeps only what some bound expression asks for. */
  bind(store: Store): void {
    this.#bound?.dispose()
    this.#bound = this.target.expression.bind(store)
  }

  unbind(): void {
    this.#bound?.dispose()
    this.#bound = undefined
    this.#value = undefined
  }

  /** Reads the value now and lets the forecaster learn from it, when that is due. */
  observe(now: number): void {
    // A value that cannot be evaluated is missing; the last one does not stand in for it.
    this.#value = undefined
    this.#value = this.#bound && worstOf(this.#bound, now)
    const sample = this.#live.take(now, this.#value)
    if (sample === undefined) return
    this.#forecaster.observe(now, sample)
    for (const kept of this.#rebuildings) if (kept.length < MOST_KEPT) kept.push([now, sample, this.#censoredUntil])
    this.#known.see(now)
  }

  /** Samples until then are not learned from: an action is under way against the problem. */
  censor(untilMs: number): void {
    this.#forecaster.censor(untilMs)
    this.#censoredUntil = Math.max(this.#censoredUntil, untilMs)
  }

  /** What outlives the process. */
  save(): SavedTarget {
    const { knownMs, lastMs } = this
    return { expr: this.target.expr, knownMs, lastMs, state: this.#forecaster.toJSON() }
  }

  /**
   * Goes on from what was saved, unless it knows more itself.
   *
   * @throws ForecastStateError - it does not fit; everything stays as it was
   */
  restore({ expr, knownMs, lastMs, state }: SavedTarget): void {
    const { name, above, horizons } = this.target
    if (expr !== this.target.expr) throw new ForecastStateError(`its expression differs from that of ${name}`)
    const isWatched = (horizonMs: number): boolean => horizons.some(({ ms }) => ms === horizonMs)
    if (horizons.some(({ ms }) => !state.targets.some(({ horizonMs }) => horizonMs === ms)))
      throw new ForecastStateError(`its horizons differ from those of ${name}`)
    if (this.knownMs > knownMs) return
    const restored = forecasterOf(this.target)
    // Limits and horizons of before would be watched for ever; a new limit begins with what the last one has learned.
    const watched = state.targets.filter(({ horizonMs }) => isWatched(horizonMs))
    const same = watched.filter(({ threshold }) => threshold === above)
    restored.restore({ ...state, targets: same.length > 0 ? same : watched.slice(-horizons.length) })
    this.censor(state.censoredUntilMs)
    restored.censor(this.#censoredUntil)
    this.#forecaster = restored
    this.#known = new KnownTime(knownMs, lastMs)
  }

  /** Begins a forecaster of earlier samples, which takes the place of the present one when it is finished. */
  rebuild(): BackfillRebuild {
    const kept: Kept = []
    const rebuilt = forecasterOf(this.target)
    const known = new KnownTime()
    const observe = (ms: number, value: number): void => {
      rebuilt.observe(ms, value)
      known.see(ms)
    }
    this.#rebuildings.add(kept)
    return {
      observe,
      cancel: () => void this.#rebuildings.delete(kept),
      finish: () => {
        if (!this.#rebuildings.delete(kept)) return
        for (const [ms, value, censoredUntil] of kept) {
          rebuilt.censor(censoredUntil)
          observe(ms, value)
        }
        rebuilt.censor(this.#censoredUntil)
        this.#forecaster = rebuilt
        this.#known = known
      },
    }
  }
}

function forecasterOf({ resource, unit, above, horizons }: ReadTarget): Forecaster {
  return create({
    kind: resource,
    ...(unit !== undefined && { unit }),
    intervalMs: SAMPLE_MS,
    thresholds: [above],
    horizonsMs: horizons.map(({ ms }) => ms),
  })
}

/** The highest value of several series; undefined without a value. */
function worstOf(bound: BoundExpression, now: number): number | undefined {
  const found = bound.evaluate(now)
  const values =
    found.type === 'scalar' ? [found.value] : found.type === 'vector' ? found.samples.map(({ value }) => value) : []
  const finite = values.filter(value => Number.isFinite(value))
  return finite.length > 0 ? Math.max(...finite) : undefined
}
