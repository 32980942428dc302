import type { Guard } from '../../words/response.ts'
import { Evidence, logLikelihoodRatio } from './evidence.ts'
import type { GuardStatus, GuardWatch } from './guard-status.ts'
import { blindAfterMs, HORIZON_MS } from './horizon.ts'
import { Pace } from './pace.ts'
import { percent } from '@homeostat/judge'
import { ENOUGH_CASES, type QuietRatio } from './quiet-ratio.ts'
import type { RatioBaseline } from './ratio-baseline.ts'
import { ratioBaseline } from './ratio-baseline.ts'

/** False breaches in a trial of placebo, if the quiet share and its dispersion hold. */
const ALPHA = 0.004

/** No share is described more precisely than this. */
const FINEST_SHARE = 5e-4

/** Multiples of the margin that are tried as the raised share: a small rise and a disaster need different tests. */
const MULTIPLES = [1, 3, 10]

const WATCHING: GuardStatus = { state: 'watching' }

/**
 * Watches a ratio by counting: evidence for "the share is p0 + margin or more" against "it is the quiet p0". A share
 * below p0 + half of the margin is never a breach; between that and p0 + margin it may become one; beyond it will.
 */
export function watchRatio(spec: Guard, quiet: QuietRatio, startedAt: number, everyMs?: number): GuardWatch {
  return new RatioWatch(spec, quiet, startedAt, everyMs)
}

class RatioWatch implements GuardWatch {
  readonly #spec: Guard
  readonly #quiet: QuietRatio
  readonly #margin: number
  readonly #baseline: RatioBaseline
  readonly #alternatives: readonly number[]
  readonly #evidence: Evidence
  readonly #pace: Pace
  readonly #horizon: number
  #lastAt: number
  #breach: GuardStatus | undefined
  readonly blindBelow: string

  constructor(spec: Guard, quiet: QuietRatio, startedAt: number, everyMs: number = Infinity) {
    this.#spec = spec
    this.#quiet = quiet
    this.#lastAt = startedAt
    this.#margin = Math.max(1e-4, spec.notWorseThan)
    const learned = ratioBaseline(quiet.blocks(), quiet.own)
    // Without quiet cases the margin alone is the limit: as much is taken to be usual.
    this.#baseline = learned.trials < ENOUGH_CASES ? { ...learned, p0: Math.max(learned.p0, this.#margin) } : learned
    const { p0, dispersion } = this.#baseline
    this.#alternatives = MULTIPLES.map(multiple => Math.min((1 + p0) / 2, p0 + multiple * this.#margin))
    this.#evidence = new Evidence(p0, this.#alternatives, dispersion)
    this.#pace = new Pace(Math.min(quiet.tickMs || 1000, everyMs))
    this.#pace.beat(startedAt)
    this.#horizon = HORIZON_MS / this.#pace.ms
    this.blindBelow = this.#describe()
  }

  observe(now: number, value: number | undefined, denominator?: number): GuardStatus {
    if (this.#breach) return this.#breach
    const counts = this.#quiet.count(value, denominator)
    if (counts === undefined || counts.trials === 0) return this.#missing(now)
    const seconds = this.#pace.beat(now) / 1000
    if (seconds === 0) return WATCHING
    this.#lastAt = now
    this.#evidence.add({ hits: counts.hits * seconds, trials: counts.trials * seconds })
    const { hits, trials } = this.#evidence.run
    const raised = hits > trials * (this.#baseline.p0 + this.#margin / 2)
    if (!raised || this.#evidence.value < this.#threshold(this.#evidence.steps)) return WATCHING
    this.#breach = { state: 'breached', at: now, reason: this.#reason(hits, trials) }
    return this.#breach
  }

  #threshold(steps: number): number {
    return Math.max(this.#horizon, steps) / ALPHA
  }

  #missing(now: number): GuardStatus {
    const ms = now - this.#lastAt
    if (ms < blindAfterMs(this.#pace.ms)) return WATCHING
    return { state: 'blind', reason: `${this.#spec.expr}: nothing to count for ${Math.round(ms / 1000)} s` }
  }

  #reason(hits: number, trials: number): string {
    const seen = `${percent(hits / trials)} bad of the last ${Math.round(trials)} cases`
    const quiet = this.#known ? `quiet ${percent(this.#baseline.p0)}` : `taken as usual ${percent(this.#baseline.p0)}`
    const limit = percent(this.#baseline.p0 + this.#margin)
    return `${this.#spec.expr}: ${seen}, ${quiet}, limit ${limit}`
  }

  get #known(): boolean {
    return this.#baseline.trials >= ENOUGH_CASES
  }

  #describe(): string {
    const { p0 } = this.#baseline
    const rate = this.#quiet.rate
    if (rate === 0)
      return `would miss harm below ${percent(p0 + this.#margin)} at least; how many cases there are is not known yet`
    const seen = this.#smallestSeen(rate)
    if (seen === undefined) return `sees nothing: ${rate.toPrecision(2)} cases a second are too few`
    return `would miss harm below ${percent(seen)} bad cases (${this.#known ? 'quiet' : 'taken as usual'} ${percent(p0)})`
  }

  /** The smallest share that is found within the horizon in 95 % of the cases. */
  #smallestSeen(rate: number): number | undefined {
    const { p0, dispersion } = this.#baseline
    const trials = (rate * HORIZON_MS) / 1000
    const needed = Math.log(this.#threshold(0) * MULTIPLES.length)
    // A margin close to zero would take a hundred thousand steps.
    const step = Math.max(this.#margin / 20, FINEST_SHARE)
    for (let p = p0 + this.#margin / 2; p < 1; p += step) {
      const found = this.#alternatives.some(p1 => {
        const mean = logLikelihoodRatio({ hits: p * trials, trials }, p0, p1, dispersion)
        const weight = (Math.log(p1 / p0) - Math.log((1 - p1) / (1 - p0))) / dispersion
        return mean - 1.645 * Math.abs(weight) * Math.sqrt(trials * p * (1 - p) * dispersion) > needed
      })
      if (found) return p
    }
    return undefined
  }
}
