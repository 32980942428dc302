import type { Firing, RefusalReason } from '@homeostat/optimizer'

/** One alert that fired. Times are milliseconds since the epoch. */
export interface FiredAlert {
  readonly alert: string
  readonly labels: Firing['labels']
  readonly from: number
  /** Absent while it fired at the end. */
  readonly until?: number
  /** The value that made it fire. */
  readonly value: number
}

/** An action that all gates but the mode would have let pass. */
export interface WouldBeAction {
  readonly at: number
  readonly alert: string
  readonly labels: Firing['labels']
  readonly action: string
}

/** Why an action was not due while its alert fired. */
export interface RefusedAction {
  readonly alert: string
  readonly action: string
  readonly reason: RefusalReason
  readonly ticks: number
}

/** How often one alert began and ceased to fire. */
export interface FlapRate {
  readonly alert: string
  readonly labels: Firing['labels']
  /** Fires and resolves together. */
  readonly transitions: number
  /** Over the whole time. */
  readonly perHour: number
  /** The most in any sliding hour. */
  readonly worstHour: number
}

/** The alerts that a set of rules would have fired, and the actions that its responses would have taken. */
export interface BacktestResult {
  /** The first and the last evaluation; both 0 when there was none. */
  readonly startMs: number
  readonly endMs: number
  readonly ticks: number
  /** Series that the rules read, at the end. */
  readonly series: number
  readonly firings: readonly FiredAlert[]
  readonly actions: readonly WouldBeAction[]
  readonly refused: readonly RefusedAction[]
  readonly flaps: readonly FlapRate[]
  /** Alerts that never fired. */
  readonly quiet: readonly string[]
  /** Rules that could not be evaluated, and at how many ticks. */
  readonly failures: readonly { readonly rule: string; readonly error: string; readonly ticks: number }[]
  /** Rules that could not be loaded, one line each. */
  readonly rejected: readonly string[]
}
