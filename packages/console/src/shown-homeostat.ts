import type { ActionEvidence, Mode, Optimizer, StandingAdvice } from '@homeostat/optimizer'

/** What `h.report()` gives, as far as the page shows it. */
export interface ShownReport {
  readonly version: string
  readonly mode: Mode
  /** The source that stopped all actions; undefined while none has. */
  readonly stoppedBy: string | undefined
  readonly service: { readonly name: string } | undefined
  readonly attachedTo: readonly string[]
  readonly coordinator: string
  readonly watched: readonly {
    readonly name: string
    readonly mode: Mode
    readonly isOn: boolean
    readonly series: number
    readonly seen: readonly string[]
    readonly notes: readonly string[]
  }[]
  readonly alerts: readonly {
    readonly alert: string
    readonly labels: Readonly<Record<string, string>>
    readonly state: 'pending' | 'firing'
    readonly value: number
    readonly since: string
    /** The rule's own text, where it has one. */
    readonly summary?: string
    readonly line: string
  }[]
  readonly advice: readonly StandingAdvice[]
  readonly stalls: readonly { readonly at: number; readonly line: string }[]
  readonly evidence: readonly ActionEvidence[]
  readonly knobs: readonly ShownKnob[]
  readonly forecasts: readonly ShownForecast[]
  readonly kept: readonly { readonly what: string; readonly where: string }[]
  readonly findings: readonly { readonly key: string; readonly text: string }[]
  readonly unmatchedRules: readonly {
    readonly rule: string
    readonly package: string | undefined
    readonly metrics: readonly string[]
    readonly isUsual: boolean
  }[]
}

/** A value that the loop may set. */
export interface ShownKnob {
  readonly name: string
  readonly scope: 'process' | 'shared'
  readonly mode: Mode
  readonly isAdjusted: boolean
  /** Who set its value. */
  readonly setBy:
    | { readonly who: 'the application' | 'Homeostat' }
    | { readonly who: 'a person'; readonly until: string }
    | { readonly who: 'a trial' | 'a proof'; readonly id: string }
  readonly min: number
  readonly max: number
  /** Now; undefined where reading it would ask a server, unless Homeostat has set it. */
  readonly value: number | undefined
  /** The actions that set it. */
  readonly actions: readonly string[]
}

/** The forecast of one target over one horizon. */
export interface ShownForecast {
  readonly target: string
  /** PromQL of what is forecast. */
  readonly expr: string
  readonly unit?: string
  readonly threshold: number
  /** What is expected to be reached within the horizon: once in two times, and once in ten times; undefined while nothing is known. */
  readonly peak?: { readonly from: number; readonly median: number; readonly high: number } | undefined
  /** Of reaching the threshold within the horizon, 0 to 1. */
  readonly probability: number
  /** The probability above which a bottleneck is expected. */
  readonly limit: number
  readonly horizonMs: number
  readonly explanation: string
  /** Whether the forecaster has shown that it is better than the base rate. */
  readonly mayAct: boolean
}

/** A running Homeostat, as far as the console needs it: what `homeostat()` returns. */
export interface ShownHomeostat {
  readonly optimizer: Pick<
    Optimizer,
    'on' | 'ledger' | 'store' | 'rules' | 'expressions' | 'trials' | 'proofs' | 'mode' | 'killSwitch'
  >
  report(): ShownReport
  explain(id: string): { readonly line: string; readonly record: unknown } | undefined
  disable(by?: string): void
  enable(): void
  release(alert: string, action: string): void
}
