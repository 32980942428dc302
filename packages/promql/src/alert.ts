import type { Labels } from './labels.ts'
import type { Rule } from './rule.ts'

/** An active alert as Prometheus's API lists it. Inactive ones are not listed. */
export interface Alert {
  readonly rule: Rule
  /** The rule's `alert`. */
  readonly alert: string
  readonly state: 'pending' | 'firing'
  /** The sample's labels without the metric name, the rule's labels, and `alertname`. */
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** The expression's value when it was last true. */
  readonly value: number
  /** Since when the expression has been true, milliseconds since the epoch. */
  readonly activeAt: number
  /** Since when the alert has been firing; absent while pending. */
  readonly firedAt?: number
  /** Since when the expression has not been true any more and `keepFiringFor` alone keeps the alert. */
  readonly keptSince?: number
}

/** One sample of a rule's result, its alert labels applied. */
export interface ActiveSample {
  readonly labels: Labels
  readonly value: number
  readonly annotations: Readonly<Record<string, string>>
}

interface Entry {
  readonly labels: Labels
  readonly shown: Readonly<Record<string, string>>
  readonly activeAt: number
  value: number
  annotations: Readonly<Record<string, string>>
  firedAt: number | undefined
  /** When the sample of a firing alert went away. */
  goneSince: number | undefined
  round: number
}

/**
 * The alerts of one rule: inactive, pending, firing per label set, as `Eval` in Prometheus's `rules/alerting.go` decides.
 * A pending alert whose sample is missing once starts over; a firing one goes on for `keepFiringFor` and then ends.
 */
export class AlertStates {
  readonly #rule: Rule
  readonly #holdMs: number
  readonly #keepMs: number
  readonly #entries = new Map<string, Entry>()
  #round = 0

  constructor(rule: Rule, holdMs: number, keepMs: number) {
    this.#rule = rule
    this.#holdMs = holdMs
    this.#keepMs = keepMs
  }

  get size(): number {
    return this.#entries.size
  }

  /** Takes the samples of one evaluation; label sets must differ. */
  update(samples: readonly ActiveSample[], now: number): void {
    this.#round += 1
    for (const { labels, value, annotations } of samples) {
      const known = this.#entries.get(labels.key)
      if (known === undefined) {
        const fresh = {
          labels,
          shown: labels.toObject(),
          activeAt: now,
          value,
          annotations,
          firedAt: undefined,
          goneSince: undefined,
          round: this.#round,
        }
        this.#entries.set(labels.key, fresh)
        continue
      }
      known.value = value
      known.annotations = annotations
      known.goneSince = undefined
      known.round = this.#round
    }
    for (const [key, entry] of this.#entries) {
      if (entry.round !== this.#round && !this.#keeps(entry, now)) this.#entries.delete(key)
      else if (entry.firedAt === undefined && now - entry.activeAt >= this.#holdMs) entry.firedAt = now
    }
  }

  /** Adds the active alerts to a list. */
  list(into: Alert[]): void {
    for (const { shown, annotations, value, activeAt, firedAt, goneSince } of this.#entries.values()) {
      const kept = goneSince === undefined ? undefined : { keptSince: goneSince }
      const base = { rule: this.#rule, alert: this.#rule.alert, labels: shown, annotations, value, activeAt, ...kept }
      into.push(firedAt === undefined ? { ...base, state: 'pending' } : { ...base, state: 'firing', firedAt })
    }
  }

  #keeps(entry: Entry, now: number): boolean {
    if (entry.firedAt === undefined || this.#keepMs === 0) return false
    entry.goneSince ??= now
    return now - entry.goneSince < this.#keepMs
  }
}
