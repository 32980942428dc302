import { counted } from '@homeostat/signals'
import type { Guard } from '../../words/response.ts'
import type { GuardStatus, GuardWatch } from './guard-status.ts'
import { blindAfterMs, HORIZON_MS } from './horizon.ts'
import type { LevelLimit, LevelLimits } from './level-limits.ts'
import {
  closeWindowWidths,
  ENOUGH_SAMPLES,
  FEWEST_SAMPLES,
  levelLimits,
  MOST_STRIDE,
  windowWidths,
} from './level-limits.ts'
import { measured, relativeChange } from '@homeostat/judge'
import type { QuietLevel } from './quiet-level.ts'
import { SlidingWindows } from './sliding-windows.ts'

/** A quiet level that is older than this says nothing about now. */
const STALE_MS = 3_600_000

/** In a window this short, all samples have to be bad. */
const SHORT = 3

/** Ticks in a row above zero that count as harm where the number was always zero. */
const ZERO_RUN = 8

const WATCHING: GuardStatus = { state: 'watching' }

/**
 * Watches a level: the mean log ratio to the quiet level over sliding windows of 3 (at slow ticks 2) to 180 samples, each
 * with a limit of its own. The short windows are the hard stop, the long ones accumulate what is small but lasts. A breach
 * also needs most of the window's samples beyond the margin and half of the limit: no single spike, however high, is one.
 */
export function watchLevel(spec: Guard, quiet: QuietLevel, startedAt: number, everyMs?: number): GuardWatch {
  return new LevelWatch(spec, quiet, startedAt, everyMs)
}

class LevelWatch implements GuardWatch {
  readonly #spec: Guard
  readonly #quiet: QuietLevel
  readonly #startedAt: number
  readonly #margin: number
  /** Time between two values. */
  readonly #everyMs: number
  /** Values in the time of a quiet one. */
  readonly #stride: number
  readonly #logs: Float64Array
  readonly #own: number
  readonly #widths: readonly number[]
  readonly #windows: SlidingWindows
  readonly #stale: boolean
  readonly #alwaysZero: boolean
  #limits: LevelLimits
  #horizon: number
  #lastAt: number
  #aboveZero = 0
  #breach: GuardStatus | undefined
  readonly blindBelow: string

  constructor(spec: Guard, quiet: QuietLevel, startedAt: number, everyMs: number = Infinity) {
    this.#spec = spec
    this.#quiet = quiet
    this.#startedAt = this.#lastAt = startedAt
    const change = Math.max(0, spec.notWorseThan)
    this.#margin = spec.direction === 'down' ? -Math.log(Math.max(1e-9, 1 - change)) : Math.log(1 + change)
    const tickMs = quiet.tickMs || 1000
    this.#stride = Math.min(MOST_STRIDE, Math.max(1, Math.round(tickMs / everyMs)))
    this.#everyMs = tickMs / this.#stride
    this.#logs = quiet.logs()
    this.#own = quiet.own
    this.#alwaysZero = quiet.alwaysZero
    this.#stale = startedAt - quiet.lastAt > STALE_MS
    this.#horizon = Math.max(SHORT, Math.round(HORIZON_MS / this.#everyMs))
    this.#widths = this.#stride > 1 ? closeWindowWidths(this.#stride) : windowWidths(tickMs)
    this.#limits = this.#limitsNow()
    this.#windows = new SlidingWindows(this.#widths)
    this.blindBelow = this.#describe()
  }

  observe(now: number, value: number | undefined): GuardStatus {
    if (this.#breach) return this.#breach
    const uncomparable = this.#uncomparable()
    if (uncomparable !== undefined) return { state: 'blind', reason: `${this.#spec.expr}: ${uncomparable}` }
    if (value === undefined || !Number.isFinite(value)) return this.#missing(now)
    // Two looks of which one comes late may be close together: they see one value, not two.
    if (now - this.#lastAt < this.#everyMs / 2 && this.#windows.count > 0) return WATCHING
    this.#lastAt = now
    if (this.#alwaysZero) return this.#fromZero(now, value)
    this.#widen()
    this.#windows.push(this.#quiet.toLog(Math.max(0, value)) - this.#limits.reference)
    for (const { width, limit, source } of this.#limits.limits) {
      const mean = this.#windows.mean(width)
      if (mean === undefined || mean <= limit || !this.#lasting(limit, width)) continue
      return this.#breached(now, this.#reason(mean, { width, limit, source }))
    }
    return WATCHING
  }

  /** Whether most samples of the window are bad, all of a short one: spikes, however high, are not lasting harm. */
  #lasting(limit: number, width: number): boolean {
    const bad = this.#windows.countAbove(Math.max(this.#margin, limit / 2), width)
    const most = Math.floor(width / 2) + 1
    return bad >= Math.min(width, this.#stride > 1 ? Math.max(most, this.#stride + 1) : Math.max(most, SHORT))
  }

  /** Limits are made for a number of samples; each doubling of the trial beyond it gets limits for twice as many. */
  #widen(): void {
    if (this.#windows.count < this.#horizon) return
    this.#horizon *= 2
    this.#limits = this.#limitsNow()
  }

  #limitsNow(): LevelLimits {
    return levelLimits(this.#logs, {
      margin: this.#margin,
      horizon: this.#horizon,
      widths: this.#widths,
      own: this.#own,
      stride: this.#stride,
    })
  }

  #uncomparable(): string | undefined {
    if (this.#own < FEWEST_SAMPLES) return `only ${counted(this.#own, 'quiet sample')} to compare with`
    if (this.#stale) return `the last quiet sample is older than ${STALE_MS / 60_000} min`
    return undefined
  }

  #missing(now: number): GuardStatus {
    const ms = now - Math.max(this.#lastAt, this.#startedAt)
    if (ms < blindAfterMs(this.#everyMs)) return WATCHING
    return { state: 'blind', reason: `${this.#spec.expr}: no value for ${Math.round(ms / 1000)} s` }
  }

  #fromZero(now: number, value: number): GuardStatus {
    this.#aboveZero = value > 0 && this.#spec.direction !== 'down' ? this.#aboveZero + 1 : 0
    if (this.#aboveZero < ZERO_RUN * this.#stride || this.#logs.length < ENOUGH_SAMPLES) return WATCHING
    const was = `was 0 in all ${this.#logs.length} quiet samples`
    return this.#breached(
      now,
      `${this.#spec.expr}: ${measured(value)}, the ${this.#aboveZero}th in a row above 0; ${was}`,
    )
  }

  #breached(at: number, reason: string): GuardStatus {
    this.#breach = { state: 'breached', at, reason }
    return this.#breach
  }

  #reason(mean: number, { width, limit, source }: Omit<LevelLimit, 'seen'>): string {
    const now = measured(this.#quiet.fromLog(this.#limits.reference + mean))
    const was = measured(this.#quiet.fromLog(this.#limits.reference))
    const change = relativeChange(this.#quiet.fromLog(mean))
    const allowed = relativeChange(this.#quiet.fromLog(limit))
    return `${this.#spec.expr}: ${now} over ${counted(width, 'sample')}, ${change} against a quiet ${was}; limit ${allowed} (${source})`
  }

  #describe(): string {
    const uncomparable = this.#uncomparable()
    if (uncomparable !== undefined) return `sees nothing: ${uncomparable}`
    if (this.#quiet.alwaysZero)
      return `was always 0 when quiet: sees only that it stays above 0; give the guard a floor`
    const seen = this.#quiet.fromLog(Math.min(...this.#limits.limits.map(limit => limit.seen)))
    const unknown =
      this.#logs.length < ENOUGH_SAMPLES ? '; noise is not known yet, so noise alone may cause a revert' : ''
    return `would miss harm below ${relativeChange(seen)}${unknown}`
  }
}
