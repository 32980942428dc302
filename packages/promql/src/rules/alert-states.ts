import { alertSeriesLabels } from './alert-series.ts'
import type { Alert, ResolvedAlert } from './alert.ts'
import type { Labels } from '../words/labels.ts'
import { LimitExceeded } from './rule-context.ts'
import type { RuleOutput } from './rule-output.ts'
import type { Rule } from './rule.ts'
import type { Steps } from '../words/steps.ts'

/** A rule's result side by side, without an object per sample: there may be thousands of them at each evaluation. */
export interface ActiveSamples {
  readonly length: number
  /** The labels of each sample's alert; they differ. */
  readonly labels: readonly Labels[]
  /** Each sample's own labels, which templates refer to. */
  readonly sources: readonly Labels[]
  readonly values: ArrayLike<number>
}

interface StateOptions {
  /** The rule's `for`. */
  readonly holdMs: number
  /** The rule's `keepFiringFor`. */
  readonly keepMs: number
  /** Where `ALERTS` and `ALERTS_FOR_STATE` go; `undefined` when somebody else writes them. */
  readonly output: RuleOutput | undefined
  /** The rule's labels as they are written, templates and all. */
  readonly ruleLabels: readonly (readonly [name: string, text: string])[]
}

interface UpdateOptions {
  /** More pending and firing alerts than this are an error; 0: any number. */
  readonly limit: number
  /** Beyond this many, samples without an alert get none, so that it is always the same ones that have one. */
  readonly most: number
  /** The date of the samples of `ALERTS` and `ALERTS_FOR_STATE`. */
  readonly writeAt: number
  /** What the wall clock shows beyond that. */
  readonly wallOffsetMs: number
  readonly annotate: (source: Labels, value: number) => Readonly<Record<string, string>>
}

interface Entry {
  readonly labels: Labels
  readonly shown: Readonly<Record<string, string>>
  readonly activeAt: number
  source: Labels
  value: number
  annotations: Readonly<Record<string, string>>
  firedAt: number | undefined
  /** When the sample of a firing alert went away. */
  goneSince: number | undefined
  /** When it ended; from then on it is kept for show only. */
  resolvedAt: number | undefined
  round: number
  readonly series: { pending?: Labels; firing?: Labels; forState?: Labels }
}

/** `resolvedRetention` of Prometheus's `rules/alerting.go`. */
const RESOLVED_RETENTION_MS = 15 * 60_000
/** Alerts looked at between two rests; a new one, with its templates, takes some ten microseconds. */
const ALERTS_OF_STEP = 32
/** Of one rule. A label that carries the value makes a new alert of every value, and Prometheus would keep them all. */
const MOST_RESOLVED = 1000

/**
 * The alerts of one rule: inactive, pending, firing per label set, as `Eval` in Prometheus's `rules/alerting.go` decides.
 * A pending alert whose sample is missing once starts over; a firing one goes on for `keepFiringFor` and then ends.
 */
export class AlertStates {
  readonly #rule: Rule
  readonly #holdMs: number
  readonly #keepMs: number
  readonly #output: RuleOutput | undefined
  readonly #ruleLabels: StateOptions['ruleLabels']
  // Made at the first alert: most rules have none.
  #entries: Map<string, Entry> = NONE
  #round = 0
  #resolved = 0
  #active = 0
  #leftOut = 0
  // Asked of every rule at every evaluation; the maps themselves lie elsewhere in memory.
  #idle = true

  constructor(rule: Rule, options: StateOptions) {
    const { holdMs, keepMs, output, ruleLabels } = options
    this.#rule = rule
    this.#ruleLabels = ruleLabels
    this.#holdMs = holdMs
    this.#keepMs = keepMs
    this.#output = output
  }

  /** There is no alert, ended ones included, and no series to end. */
  get idle(): boolean {
    return this.#idle
  }

  /** Pending and firing alerts, those that are only kept firing included. */
  get active(): number {
    return this.#active
  }

  /** Samples of the last evaluation that got no alert, because there were as many as there may be. */
  get leftOut(): number {
    return this.#leftOut
  }

  /** Takes the samples of one evaluation. */
  *update(samples: ActiveSamples, now: number, options: UpdateOptions): Steps<void> {
    this.#round += 1
    this.#idle = false
    yield* this.#take(samples, now, options)
    let looked = 0
    let active = 0
    for (const [key, entry] of this.#entries) {
      if (++looked % ALERTS_OF_STEP === 0) yield
      if (entry.round !== this.#round && !this.#keeps(entry, now)) {
        this.#end(key, entry, now)
        continue
      }
      active += 1
      if (entry.firedAt === undefined && now - entry.activeAt >= this.#holdMs) entry.firedAt = now
    }
    if (options.limit > 0 && active > options.limit) {
      this.#entries.clear()
      this.#resolved = 0
      this.#active = 0
      throw new LimitExceeded(`exceeded limit of ${options.limit} with ${active} alerts`)
    }
    this.#active = active
    yield* this.#write(options)
    this.#idle = this.#entries.size === 0 && (this.#output?.size ?? 0) === 0
  }

  /** Adds the active alerts to a list. */
  list(into: Alert[]): void {
    if (this.#idle) return
    const rule = this.#rule
    const { alert } = rule
    for (const {
      shown: labels,
      annotations,
      value,
      activeAt,
      firedAt,
      goneSince,
      resolvedAt,
    } of this.#entries.values()) {
      if (resolvedAt !== undefined) continue
      // Written out: to spread what they have in common would make two objects for each alert.
      if (firedAt === undefined) into.push({ rule, alert, labels, annotations, value, activeAt, state: 'pending' })
      else if (goneSince === undefined)
        into.push({ rule, alert, labels, annotations, value, activeAt, state: 'firing', firedAt })
      else {
        const keptSince = goneSince
        into.push({ rule, alert, labels, annotations, value, activeAt, state: 'firing', firedAt, keptSince })
      }
    }
  }

  /** The alerts that fired and ended not long ago. */
  get resolved(): ResolvedAlert[] {
    const out: ResolvedAlert[] = []
    const ofRule = { rule: this.#rule, alert: this.#rule.alert }
    for (const entry of this.#entries.values()) {
      const { firedAt, resolvedAt } = entry
      if (firedAt === undefined || resolvedAt === undefined) continue
      const { shown: labels, annotations, value, activeAt } = entry
      out.push({ ...ofRule, labels, annotations, value, activeAt, state: 'resolved', firedAt, resolvedAt })
    }
    return out
  }

  /** Those that have an alert already go first. */
  *#take({ length, labels, sources, values }: ActiveSamples, now: number, options: UpdateOptions): Steps<void> {
    let known = 0
    for (let i = 0; i < length; i++) {
      const entry = this.#entries.get(labels[i]!.key)
      if (entry !== undefined && entry.resolvedAt === undefined) {
        known += 1
        this.#renew(entry, sources[i]!, values[i]!, options)
      }
      if (i % ALERTS_OF_STEP === ALERTS_OF_STEP - 1) yield
    }
    // Those without a sample stay only while `keepFiringFor` keeps them.
    const room = options.most - known - (this.#keepMs > 0 ? this.#active - known : 0)
    const begun = Math.min(Math.max(0, room), length - known)
    this.#leftOut = length - known - begun
    let left = begun
    for (let i = 0; i < length && left > 0; i++) {
      if (i % ALERTS_OF_STEP === ALERTS_OF_STEP - 1) yield
      if (this.#entries.get(labels[i]!.key)?.round === this.#round) continue
      left -= 1
      this.#begin(labels[i]!, sources[i]!, values[i]!, now, options)
    }
  }

  #begin(labels: Labels, source: Labels, value: number, now: number, { annotate }: UpdateOptions): void {
    if (this.#entries.has(labels.key)) this.#resolved -= 1
    if (this.#entries === NONE) this.#entries = new Map()
    this.#entries.set(labels.key, {
      labels,
      shown: labels.toObject(),
      activeAt: now,
      source,
      value,
      annotations: annotate(source, value),
      firedAt: undefined,
      goneSince: undefined,
      resolvedAt: undefined,
      round: this.#round,
      series: {},
    })
  }

  #renew(entry: Entry, source: Labels, value: number, { annotate }: UpdateOptions): void {
    // A template says the same about the same labels and value.
    if (entry.source !== source || !Object.is(entry.value, value)) entry.annotations = annotate(source, value)
    entry.source = source
    entry.value = value
    entry.goneSince = undefined
    entry.round = this.#round
  }

  #keeps(entry: Entry, now: number): boolean {
    if (entry.firedAt === undefined || entry.resolvedAt !== undefined || this.#keepMs === 0) return false
    entry.goneSince ??= now
    return now - entry.goneSince < this.#keepMs
  }

  #end(key: string, entry: Entry, now: number): void {
    if (entry.resolvedAt !== undefined) {
      // A clock set back must not keep an ended alert for ever.
      if (Math.abs(now - entry.resolvedAt) <= RESOLVED_RETENTION_MS) return
      this.#resolved -= 1
    } else if (entry.firedAt !== undefined && this.#resolved < MOST_RESOLVED) {
      entry.resolvedAt = now
      this.#resolved += 1
      return
    }
    this.#entries.delete(key)
  }

  /** `ALERTS` and `ALERTS_FOR_STATE`, as Prometheus writes them; the store drops what nobody selects. */
  *#write({ writeAt: at, wallOffsetMs }: UpdateOptions): Steps<void> {
    const output = this.#output
    if (output === undefined || (this.#entries.size === 0 && output.size === 0)) return
    output.begin()
    let looked = 0
    for (const entry of this.#entries.values()) {
      if (++looked % ALERTS_OF_STEP === 0) yield
      if (entry.resolvedAt !== undefined) continue
      const { series, firedAt } = entry
      const state = firedAt === undefined ? 'pending' : 'firing'
      series[state] ??= alertSeriesLabels(this.#ruleLabels, entry.labels.entries(), state)
      series.forState ??= alertSeriesLabels(this.#ruleLabels, entry.labels.entries())
      if (output.claim(series[state])) output.append(series[state], at, 1)
      if (output.claim(series.forState))
        output.append(series.forState, at, Math.floor((entry.activeAt + wallOffsetMs) / 1000))
    }
    output.end(at)
  }
}

/** Nothing is ever put into it. */
const NONE = new Map<string, Entry>()
