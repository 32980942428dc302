import { alertKey } from '@homeostat/optimizer/parts'
import type { LedgerEntry } from '@homeostat/optimizer'
import type { BacktestResult, FiredAlert, FlapRate, RefusedAction, WouldBeAction } from './result.ts'

const HOUR_MS = 3_600_000

type Counted<T> = T & { ticks: number }

/** Counts the entries of a replay's ledger. */
export class Tally {
  readonly #alerts: readonly string[]
  readonly #intervalMs: number
  readonly #firings: FiredAlert[] = []
  /** Index in the list of firings, by alert. */
  readonly #open = new Map<string, number>()
  readonly #transitions = new Map<string, { readonly firing: FiredAlert; readonly times: number[] }>()
  readonly #actions: WouldBeAction[] = []
  readonly #refused = new Map<string, Counted<Omit<RefusedAction, 'ticks'>>>()
  readonly #failures = new Map<string, { readonly rule: string; readonly error: string; ticks: number }>()
  #startMs = 0
  #endMs = 0
  #ticks = 0

  constructor(alerts: readonly string[], intervalMs: number) {
    this.#alerts = alerts
    this.#intervalMs = intervalMs
  }

  add({ now, firings, decisions, refusals, failures }: LedgerEntry): void {
    if (this.#ticks++ === 0) this.#startMs = now
    this.#endMs = now
    const ended = new Set(this.#open.keys())
    for (const { alert, labels, value } of firings) {
      const key = alertKey({ alert, labels })
      if (ended.delete(key)) continue
      const firing: FiredAlert = { alert, labels, from: now, value }
      this.#open.set(key, this.#firings.push(firing) - 1)
      this.#turn(key, firing, now)
    }
    for (const key of ended) {
      const index = this.#open.get(key)!
      const firing = this.#firings[index]!
      this.#firings[index] = { ...firing, until: now }
      this.#open.delete(key)
      this.#turn(key, firing, now)
    }
    for (const { firing, action } of decisions)
      this.#actions.push({ at: now, alert: firing.alert, labels: firing.labels, action: action.name })
    for (const { firing, response, reason } of refusals) {
      if (!response) continue
      const { alert } = firing
      const { action } = response
      count(this.#refused, `${alert} ${action} ${reason}`, { alert, action, reason })
    }
    for (const { rule, error } of failures) count(this.#failures, rule, { rule, error })
  }

  result(): Omit<BacktestResult, 'rejected' | 'series'> {
    const fired = new Set(this.#firings.map(({ alert }) => alert))
    return {
      startMs: this.#startMs,
      endMs: this.#endMs,
      ticks: this.#ticks,
      firings: this.#firings,
      actions: this.#actions,
      refused: [...this.#refused.values()],
      flaps: [...this.#transitions.values()].map(({ firing, times }) => this.#rate(firing, times)),
      quiet: [...new Set(this.#alerts)].filter(alert => !fired.has(alert)),
      failures: [...this.#failures.values()],
    }
  }

  #turn(key: string, firing: FiredAlert, now: number): void {
    const known = this.#transitions.get(key)
    if (known) known.times.push(now)
    else this.#transitions.set(key, { firing, times: [now] })
  }

  #rate({ alert, labels }: FiredAlert, times: readonly number[]): FlapRate {
    const hours = (this.#endMs - this.#startMs + this.#intervalMs) / HOUR_MS
    return {
      alert,
      labels,
      transitions: times.length,
      // A rate per hour needs at least an hour.
      perHour: times.length / Math.max(1, hours),
      worstHour: worstHour(times),
    }
  }
}

/** The most times within an hour, both ends counted. */
export function worstHour(times: readonly number[]): number {
  let worst = 0
  let first = 0
  times.forEach((time, index) => {
    while (time - times[first]! > HOUR_MS) first++
    worst = Math.max(worst, index - first + 1)
  })
  return worst
}

function count<T extends object>(counts: Map<string, Counted<T>>, key: string, what: T): void {
  const known = counts.get(key)
  if (known) known.ticks++
  else counts.set(key, { ...what, ticks: 1 })
}
