import type { ActiveSamples, AlertingRule, AlertState, Labels, RuleStates } from '@homeostat/promql'
import { AlertEntries, ALERTS_OF_STEP, LimitExceeded } from '@homeostat/promql'
import type { Steps } from '@homeostat/signals'
import type { AlertInputs } from './alert-inputs.ts'
import { advanceCondition, INACTIVE, isFiring } from './condition.ts'
import type { Condition, ConditionPolicy, EvaluationTime, Reading } from './condition.ts'
import { isQuiet } from './flap-budget.ts'
import type { Firing, PendingAlert, Transition } from '../words/firing.ts'
import { plainLabels } from '../words/plain-labels.ts'

/** Keeps the alerts of all rules within bounds. */
export interface ConditionKeeper {
  /** Expected time between evaluations. */
  readonly intervalMs: number
  /** Takes a place for a new alert; false when all places are taken. */
  admit(): boolean
  /** An alert was forgotten: its place is free. */
  leave(entry: ConditionEntry): void
  /** An alert changed its state. */
  changed(entry: ConditionEntry, alert: string, from: Transition['from']): void
}

/** The conditions of one rule's alerts. */
export class RuleConditions implements RuleStates<Firing | PendingAlert> {
  readonly #rule: AlertingRule
  readonly #keeper: ConditionKeeper
  readonly #inputs: AlertInputs
  readonly #time = { at: -Infinity, before: -Infinity, nth: 0 }
  #policy: ConditionPolicy | undefined
  readonly #entries = new AlertEntries<ConditionEntry>()
  #active = 0
  #leftOut = 0
  #changes = 0
  #round = 0
  /** The last evaluation gave no samples. */
  #hasFailed = false
  /** The alerts were taken over from the rule as it was before, with its annotations. */
  #mustAnnotate = false

  constructor(rule: AlertingRule, keeper: ConditionKeeper, inputs: AlertInputs) {
    this.#rule = rule
    this.#keeper = keeper
    this.#inputs = inputs
  }

  /** A rule's life begins with its first evaluation, and not with its first alert. */
  get idle(): boolean {
    return this.#entries.size === 0 && this.#policy !== undefined
  }

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

  list(into: (Firing | PendingAlert)[]): void {
    if (this.#active === 0) return
    for (const entry of this.#entries.all) {
      if (entry.condition.state === 'inactive') continue
      into.push((entry.shown ??= shownAs(entry, this.#rule)))
    }
  }

  *update(samples: ActiveSamples, now: number): Steps<void> {
    const { limit } = this.#rule
    if (limit > 0 && samples.length > limit)
      throw new LimitExceeded(`exceeded limit of ${limit} with ${samples.length} alerts`)
    this.#hasFailed = false
    this.#round += 1
    const policy = this.#begin(now)
    yield* this.#prepare(samples.length > 0 ? samples.labels[0] : undefined, now)
    const known = yield* this.#renew(samples)
    yield* this.#advanceAll(now, policy)
    this.#leftOut = 0
    if (known < samples.length) yield* this.#admit(samples, now, policy)
    this.#mustAnnotate = false
  }

  /** A rule whose group is not due keeps its last result; after a failure its alerts have no data. */
  *pass(why: 'failed' | 'not due', now: number): Steps<void> {
    if (why === 'failed') this.#hasFailed = true
    const policy = this.#begin(now)
    if (!this.#hasFailed) yield* this.#prepare(undefined, now)
    yield* this.#advanceAll(now, policy)
  }

  takeOver(previous: RuleStates<Firing | PendingAlert>): void {
    if (!(previous instanceof RuleConditions)) return
    this.#entries.takeFrom(previous.#entries)
    this.#policy = previous.#policy
    Object.assign(this.#time, previous.#time)
    this.#active = previous.#active
    this.#round = previous.#round
    this.#hasFailed = previous.#hasFailed
    this.#mustAnnotate = true
    this.#changes += 1
    for (const entry of this.#entries.all) entry.owner = this
  }

  end(): void {
    for (const entry of this.#entries.all) {
      if (!entry.isKnown) continue
      const from = entry.condition.state
      entry.condition = INACTIVE
      if (from !== 'inactive') this.#keeper.changed(entry, this.#rule.rule.alert, from)
      this.#keeper.leave(entry)
    }
    this.#entries.clear()
    this.#active = 0
    this.#changes += 1
  }

  /** Forgets an alert that ended, e.g. to make room for another one. */
  forget(entry: ConditionEntry): void {
    entry.isKnown = false
    this.#entries.delete(entry)
    this.#keeper.leave(entry)
  }

  #begin(now: number): ConditionPolicy {
    this.#time.before = this.#time.at
    this.#time.at = now
    this.#time.nth += 1
    const { forMs, keepFiringForMs } = this.#rule
    const { intervalMs } = this.#keeper
    return (this.#policy ??= { forMs, keepFiringForMs, intervalMs, startedAt: now })
  }

  /** Reads in steps what each alert of the rule is going to ask for. */
  *#prepare(found: Labels | undefined, now: number): Steps<void> {
    const labels = found ?? (this.#active > 0 ? this.#entries.all[0]?.labels : undefined)
    if (labels !== undefined) yield* this.#inputs.prepare(this.#rule.rule, plainLabels(labels), now)
  }

  /** Gives the alerts that are pending or fire their samples; how many have one. */
  *#renew({ length, labels, sources, values }: ActiveSamples): Steps<number> {
    let known = 0
    for (let i = 0; i < length; i++) {
      if (i % ALERTS_OF_STEP === ALERTS_OF_STEP - 1) yield
      const entry = this.#entries.get(labels[i]!.key)
      if (entry === undefined || entry.condition.state === 'inactive') continue
      known += 1
      this.#sample(entry, sources[i]!, values[i]!)
    }
    return known
  }

  #sample(entry: ConditionEntry, source: Labels, value: number): void {
    entry.round = this.#round
    // A template says the same about the same labels and value.
    if (entry.source === source && Object.is(entry.value, value) && !this.#mustAnnotate) return
    entry.annotations = this.#rule.annotate(source, value)
    entry.source = source
    entry.value = value
    entry.shown = undefined
    this.#changes += 1
  }

  #advanceAll(now: number, policy: ConditionPolicy): Steps<void> {
    return this.#entries.retain(entry => {
      const { condition } = entry
      // Its next reading only matters once it holds again, and asking for one may cost a query.
      if (condition.state !== 'inactive') this.#advance(entry, this.#read(entry, now), this.#time, policy)
      else if (entry.isKnown && isQuiet(condition.flaps, now)) this.forget(entry)
      return entry.isKnown
    })
  }

  #read(entry: ConditionEntry, now: number): Reading {
    const { rule } = this.#rule
    const { plainLabels: labels } = entry
    if (this.#hasFailed || !this.#inputs.hasInputs(rule, labels, now)) return 'missing'
    // The expression has a sample, so it holds with any value, also if that is infinite or not a number.
    if (entry.round === this.#round) return 'holds'
    return this.#inputs.isClear(rule, labels, now) ? 'clear' : 'dead band'
  }

  #advance(entry: ConditionEntry, reading: Reading, time: EvaluationTime, policy: ConditionPolicy): void {
    const from = entry.condition
    const to = advanceCondition(from, reading, time, policy)
    if (to === from) return
    entry.condition = to
    entry.shown = undefined
    this.#changes += 1
    if (to.state === from.state) return
    if (from.state === 'inactive') this.#active += 1
    else if (to.state === 'inactive') this.#active -= 1
    this.#keeper.changed(entry, this.#rule.rule.alert, from.state)
    if (to.state === 'inactive' && isQuiet(to.flaps, time.at)) this.forget(entry)
  }

  /** Begins an alert for each sample without one, while there is room. Alerts that exist keep their place: the same ones stay. */
  *#admit({ length, labels, sources, values }: ActiveSamples, now: number, policy: ConditionPolicy): Steps<void> {
    const { rule, maxAlerts } = this.#rule
    for (let i = 0; i < length; i++) {
      if (i % ALERTS_OF_STEP === ALERTS_OF_STEP - 1) yield
      const { key } = labels[i]!
      const known = this.#entries.get(key)
      if (known?.round === this.#round || !this.#inputs.hasInputs(rule, plainLabels(labels[i]!), now)) continue
      if (this.#active >= maxAlerts || (known === undefined && !this.#keeper.admit())) {
        this.#leftOut += 1
        continue
      }
      const entry = known ?? new ConditionEntry(this, labels[i]!)
      if (known === undefined) this.#entries.add(entry)
      this.#sample(entry, sources[i]!, values[i]!)
      this.#advance(entry, 'holds', this.#time, policy)
    }
  }
}

/** One alert and its condition. */
export class ConditionEntry implements AlertState {
  readonly labels: Labels
  readonly plainLabels: Firing['labels']
  owner: RuleConditions
  condition: Condition = INACTIVE
  source: Labels | undefined
  value: number = NaN
  annotations: Firing['annotations'] = {}
  /** The last evaluation that had a sample for it. */
  round = 0
  /** False when it was forgotten. */
  isKnown = true
  /** Made when it is asked for, and again after a change. */
  shown: Firing | PendingAlert | undefined

  constructor(owner: RuleConditions, labels: Labels) {
    this.owner = owner
    this.labels = labels
    this.plainLabels = plainLabels(labels)
  }

  get state(): AlertState['state'] {
    const { state } = this.condition
    return state === 'resolving' ? 'firing' : state
  }

  get activeAt(): number {
    return this.condition.state === 'inactive' ? NaN : this.condition.since
  }
}

function shownAs(entry: ConditionEntry, { rule: { alert }, forMs }: AlertingRule): Firing | PendingAlert {
  const { condition, plainLabels: labels, annotations, value } = entry
  if (isFiring(condition)) {
    const { since, keptSince, missingSince } = condition
    if (keptSince === undefined) return { alert, labels, annotations, value, since }
    const kept = { alert, labels, annotations, value, since, keptSince }
    return missingSince === undefined ? kept : { ...kept, missingSince }
  }
  const { since, heldBackSince } = condition as Extract<Condition, { state: 'pending' }>
  const pending = { alert, labels, annotations, value, since, firesAt: since + forMs }
  return heldBackSince === undefined ? pending : { ...pending, heldBackSince }
}
