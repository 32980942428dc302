import type { ActiveSamples, AlertingRule, AlertState, AlertStates, RuleStates } from './alert-states.ts'
import type { Alert, ResolvedAlert } from './alert.ts'
import { AlertEntries, ALERTS_OF_STEP } from './alert-entries.ts'
import type { Labels, LabelSet } from '../words/labels.ts'
import { LimitExceeded } from './rule-context.ts'
import type { Steps } from '../words/steps.ts'

/** `resolvedRetention` of Prometheus's `rules/alerting.go`. */
const RESOLVED_RETENTION_MS = 15 * 60_000
/** Ended alerts that one rule keeps. A label that carries the value makes every value a new alert; Prometheus keeps them all. */
const MOST_RESOLVED = 1000

/** When alerts are pending, fire and end in Prometheus. */
export class PrometheusStates implements AlertStates<Alert> {
  ofRule(rule: AlertingRule): PrometheusAlerts {
    return new PrometheusAlerts(rule)
  }
}

/**
 * The alerts of one rule: inactive, pending, firing per label set, as `Eval` in Prometheus's `rules/alerting.go` decides.
 * A pending alert whose sample is missing once starts over; a firing one goes on for `keepFiringFor` and then ends.
 */
export class PrometheusAlerts implements RuleStates<Alert> {
  readonly #rule: AlertingRule
  readonly #entries = new AlertEntries<Entry>()
  #round = 0
  #resolved = 0
  #active = 0
  #leftOut = 0
  #changes = 0
  /** Alerts that were taken over still have the annotations of the earlier rule. */
  #areAnnotationsStale = false
  // Asked of every rule at every evaluation; the map itself lies elsewhere in memory.
  #idle = true

  constructor(rule: AlertingRule) {
    this.#rule = rule
  }

  get idle(): boolean {
    return this.#idle
  }

  /** Alerts that are only kept firing are counted too. */
  get active(): number {
    return this.#active
  }

  get leftOut(): number {
    return this.#leftOut
  }

  get changes(): number {
    return this.#changes
  }

  get alerts(): readonly AlertState[] {
    return this.#entries.all
  }

  *update(samples: ActiveSamples, now: number): Steps<void> {
    this.#round += 1
    this.#idle = false
    const known = yield* this.#renew(samples)
    const { forMs, limit } = this.#rule
    yield* this.#entries.retain(entry => {
      if (entry.round !== this.#round && !this.#keeps(entry, now)) return this.#end(entry, now)
      if (entry.firedAt === undefined && now - entry.activeAt >= forMs) this.#change(entry).firedAt = now
      return true
    })
    yield* this.#begin(samples, known, now)
    const active = this.#active
    if (limit > 0 && active > limit) {
      this.end()
      throw new LimitExceeded(`exceeded limit of ${limit} with ${active} alerts`)
    }
    this.#areAnnotationsStale = false
    this.#idle = this.#entries.size === 0
  }

  list(into: Alert[]): void {
    if (this.#active === 0) return
    const { rule } = this.#rule
    for (const entry of this.#entries.all)
      if (entry.resolvedAt === undefined) into.push((entry.shown ??= shownAs(rule, entry)))
  }

  /** The alerts that fired and ended not long ago. */
  get resolved(): ResolvedAlert[] {
    const { rule } = this.#rule
    const out: ResolvedAlert[] = []
    for (const { plainLabels: labels, annotations, value, activeAt, firedAt, resolvedAt } of this.#entries.all) {
      if (firedAt === undefined || resolvedAt === undefined) continue
      const { alert } = rule
      out.push({ rule, alert, labels, annotations, value, activeAt, state: 'resolved', firedAt, resolvedAt })
    }
    return out
  }

  takeOver(previous: RuleStates<Alert>): void {
    if (!(previous instanceof PrometheusAlerts)) return
    this.#entries.takeFrom(previous.#entries)
    this.#round = previous.#round
    this.#resolved = previous.#resolved
    this.#active = previous.#active
    this.#idle = previous.#idle
    this.#areAnnotationsStale = true
    this.#changes += 1
    for (const entry of this.#entries.all) entry.shown = undefined
    previous.end()
  }

  end(): void {
    this.#entries.clear()
    this.#resolved = 0
    this.#active = 0
    this.#changes += 1
  }

  /** Gives the existing alerts their samples, and returns how many got one. */
  *#renew({ length, labels, sources, values }: ActiveSamples): Steps<number> {
    let known = 0
    for (let i = 0; i < length; i++) {
      if (i % ALERTS_OF_STEP === ALERTS_OF_STEP - 1) yield
      const entry = this.#entries.get(labels[i]!.key)
      if (entry === undefined || entry.resolvedAt !== undefined) continue
      known += 1
      entry.round = this.#round
      if (entry.goneSince !== undefined) this.#change(entry).goneSince = undefined
      const source = sources[i]!
      const value = values[i]!
      // The same labels and value give the same annotations.
      if (entry.source === source && Object.is(entry.value, value) && !this.#areAnnotationsStale) continue
      this.#change(entry).annotations = this.#rule.annotate(source, value)
      entry.source = source
      entry.value = value
    }
    return known
  }

  /** Makes alerts for the other samples, as long as there is room. Existing alerts keep theirs, so the kept alerts do not change. */
  *#begin({ length, labels, sources, values }: ActiveSamples, known: number, now: number): Steps<void> {
    const { maxAlerts, forMs } = this.#rule
    const begun = Math.min(Math.max(0, maxAlerts - this.#active), length - known)
    this.#leftOut = length - known - begun
    let left = begun
    for (let i = 0; i < length && left > 0; i++) {
      if (i % ALERTS_OF_STEP === ALERTS_OF_STEP - 1) yield
      const { key } = labels[i]!
      let entry = this.#entries.get(key)
      if (entry?.round === this.#round) continue
      if (entry === undefined) this.#entries.add((entry = new Entry(labels[i]!)))
      else this.#resolved -= 1
      entry.begin(sources[i]!, values[i]!, now)
      entry.annotations = this.#rule.annotate(entry.source, entry.value)
      entry.round = this.#round
      if (forMs <= 0) entry.firedAt = now
      this.#active += 1
      this.#changes += 1
      left -= 1
    }
  }

  #change(entry: Entry): Entry {
    entry.shown = undefined
    this.#changes += 1
    return entry
  }

  #keeps(entry: Entry, now: number): boolean {
    const { keepFiringForMs } = this.#rule
    if (entry.firedAt === undefined || entry.resolvedAt !== undefined || keepFiringForMs === 0) return false
    if (entry.goneSince === undefined) this.#change(entry).goneSince = now
    return now - entry.goneSince! < keepFiringForMs
  }

  /** Ends an alert, and returns whether it is kept as resolved. */
  #end(entry: Entry, now: number): boolean {
    if (entry.resolvedAt !== undefined) {
      // A clock that jumps back must not keep an ended alert for ever.
      if (Math.abs(now - entry.resolvedAt) <= RESOLVED_RETENTION_MS) return true
      this.#resolved -= 1
    } else {
      this.#active -= 1
      this.#changes += 1
      if (entry.firedAt !== undefined && this.#resolved < MOST_RESOLVED) {
        entry.resolvedAt = now
        this.#resolved += 1
        return true
      }
    }
    this.#entries.delete(entry)
    return false
  }
}

class Entry implements AlertState {
  readonly labels: Labels
  readonly plainLabels: LabelSet
  activeAt = 0
  source: Labels
  value = 0
  annotations: Readonly<Record<string, string>> = {}
  firedAt: number | undefined
  /** When the sample of a firing alert went away. */
  goneSince: number | undefined
  /** When it ended; from then on it is only kept for `resolved`. */
  resolvedAt: number | undefined
  /** The last evaluation that had a sample for it. */
  round = 0
  /** Made when it is asked for, and again after a change. */
  shown: Alert | undefined

  constructor(labels: Labels) {
    this.labels = labels
    this.source = labels
    this.plainLabels = labels.toObject()
  }

  /** Begins an alert, maybe one that ended before. */
  begin(source: Labels, value: number, now: number): void {
    this.activeAt = now
    this.source = source
    this.value = value
    this.firedAt = undefined
    this.goneSince = undefined
    this.resolvedAt = undefined
    this.shown = undefined
  }

  get state(): AlertState['state'] {
    if (this.resolvedAt !== undefined) return 'inactive'
    return this.firedAt === undefined ? 'pending' : 'firing'
  }
}

function shownAs(rule: Alert['rule'], entry: Entry): Alert {
  const { plainLabels: labels, annotations, value, activeAt, firedAt, goneSince } = entry
  // Written out: to spread what they have in common would make two objects for each alert.
  const { alert } = rule
  if (firedAt === undefined) return { rule, alert, labels, annotations, value, activeAt, state: 'pending' }
  if (goneSince === undefined) return { rule, alert, labels, annotations, value, activeAt, state: 'firing', firedAt }
  const keptSince = goneSince
  return { rule, alert, labels, annotations, value, activeAt, state: 'firing', firedAt, keptSince }
}
