import type { ForecastPrediction } from '@homeostat/forecast/domain'
import type { LedgerEntry } from '@homeostat/optimizer'

/** One preventive run, or one that was withheld; times since the start, in milliseconds. */
export interface Act {
  readonly action: string
  readonly arm: 'act' | 'control'
  readonly at: number
  /** When what it had changed was reverted; its start, where nothing lasts. */
  until: number
}

export type Counts = Record<string, number>

/** What is written down of the life of a service. Times since its start, in milliseconds. */
export class Diary {
  readonly #limit: number
  /** Every time at which the limit was reached or exceeded. */
  readonly over: number[] = []
  readonly acts: Act[] = []
  /** Refusals of preventive responses by reason, in ticks. */
  readonly refusals: Counts = {}
  /** Verdicts on preventive runs, what became of lasting changes, and how often a quarantine began. */
  readonly verdicts: Counts = {}
  readonly reverts: Counts = {}
  readonly quarantines: Counts = {}
  reactiveRuns = 0
  /** When the forecasts were first good enough to be acted upon. */
  learnedAt = Number.POSITIVE_INFINITY
  skill: number | undefined
  readonly #acts = new Map<string, Act>()

  constructor(limit: number) {
    this.#limit = limit
  }

  measured(at: number, value: number): void {
    if (value >= this.#limit) this.over.push(at)
  }

  asked(at: number, prediction: ForecastPrediction | undefined): void {
    if (prediction?.mayAct) this.learnedAt = Math.min(this.learnedAt, at)
    this.skill = prediction?.skill ?? this.skill
  }

  ticked(at: number, { started, withheld, verdicts, reverted, refusals, quarantined }: LedgerEntry): void {
    for (const { id, action, arm, response } of [...started, ...withheld]) {
      if (!response.preventive) {
        if (arm === 'act') this.reactiveRuns++
        continue
      }
      if (arm === 'shadow') continue
      const act: Act = { action, arm, at, until: at }
      this.acts.push(act)
      this.#acts.set(id, act)
    }
    for (const { verdict, arm, response } of verdicts) {
      if (response.preventive && arm === 'act') count(this.verdicts, verdict)
    }
    for (const { id, reverted: how, response } of reverted) {
      const act = this.#acts.get(id)
      if (act) act.until = at
      if (response.preventive && how) count(this.reverts, how.because)
    }
    for (const { reason, response } of refusals) if (response?.preventive) count(this.refusals, reason)
    for (const { alert, action } of quarantined) count(this.quarantines, `${action} for ${alert}`)
  }
}

export function count(counts: Counts, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by
}
