import type { LedgerEntry, Trial } from '@homeostat/optimizer'
import type { Step, Trace } from './trace.ts'
import { THRESHOLD } from './trace.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** The smallest factor that spreads a cooldown. */
const LEAST_JITTER = 0.8

/** What the model knows of a response; written anew, so that it cannot share a mistake with the loop. */
export interface ModelledAction {
  readonly name: string
  readonly alert: 'PressureHigh' | 'AnyHigh' | 'PressureAhead'
  readonly touches: readonly string[]
  readonly isSafety: boolean
  readonly isShared: boolean
  readonly isPreventive: boolean
}

/** When an alert's value is over its limit, and for how long it has to be. */
export const LIMITS = { PressureHigh: THRESHOLD, AnyHigh: 0.95, PressureAhead: 0.2 } as const
export const FOR_MS = { PressureHigh: 10_000, AnyHigh: 5000, PressureAhead: 5000 } as const
export const COOLDOWN_MS = 20_000
export const SETTLE_MS = 10_000
export const WINDOW_MS = 10_000
/** Values that a guard has to know before anything but a safety response begins, and how long that may take. */
const GUARDED_VALUES = 40
const LONGEST_WAIT_MS = 600_000
/** A run that hangs does so for this long. */
export const HANGS_MS = 15_000

interface Known {
  readonly action: ModelledAction
  readonly key: string
  readonly startedAt: number
  isKept: boolean
  isReverting: boolean
  /** Ticks in which it held up a response to what is, without a run that had still to end. */
  inTheWay?: number
}

/**
 * What a loop may do in a world, as far as a page of code can say it: from what is measured, switched and finished alone.
 * Everything it finds is a sentence.
 */
export class LoopModel {
  readonly violations: string[] = []
  readonly open = new Map<string, Known>()
  readonly #actions: ReadonlyMap<string, ModelledAction>
  readonly #trace: Trace
  readonly #begunAt: number
  /** Since when nothing spoke against an alert, by plant and over all. */
  readonly #heldSince = new Map<string, number>()
  readonly #spent: { readonly action: string; readonly at: number }[] = []
  readonly #blocked: { readonly action: string; readonly at: number; readonly ms: number }[] = []
  readonly #notBefore = new Map<string, number>()
  readonly #streaks = new Map<string, number>()
  /** What fired at the tick before: it goes on firing when its condition holds again before it is over. */
  #firing: ReadonlySet<string> = new Set()
  #step: Step | undefined
  /** Values of the guarded number so far. */
  #guarded = 0
  #now: number
  #isTripped = false
  #tripped = false

  constructor(trace: Trace, actions: readonly ModelledAction[], now: number) {
    this.#trace = trace
    this.#actions = new Map(actions.map(action => [action.name, action]))
    this.#begunAt = this.#now = now
  }

  /** What the world is like at the tick that comes. */
  world(step: Step, isTripped: boolean, now: number): void {
    this.#step = step
    this.#now = now
    this.#tripped ||= isTripped
    this.#isTripped = isTripped
    if (step.guarded !== undefined) this.#guarded++
    for (const [plant, value] of step.values.entries()) {
      this.#hold(`PressureHigh ${plant}`, value, LIMITS.PressureHigh)
      this.#hold(`PressureAhead ${plant}`, value, LIMITS.PressureAhead)
    }
    this.#hold('AnyHigh', highest(step.values), LIMITS.AnyHigh)
  }

  /** An action is being run now. */
  runs(name: string, plant: string | undefined, isUnsettled: boolean): void {
    const action = this.#actions.get(name)!
    const mode = this.#step?.modes[[...this.#actions.keys()].indexOf(name)]
    const value = plant === undefined ? highest(this.#step?.values ?? []) : this.#step?.values[Number(plant)]
    const key = plant === undefined ? action.alert : `${action.alert} ${plant}`
    const since = this.#heldSince.get(key) ?? this.#now
    this.#expect(value !== undefined, `${name} ran on missing data`)
    this.#expect((value ?? 0) > LIMITS[action.alert], `${name} ran at ${value}`)
    const hasFired = this.#firing.has(key)
    const heldMs = this.#now - since
    this.#expect(hasFired || heldMs >= FOR_MS[action.alert], `${name} ran after ${heldMs} ms of its alert`)
    this.#expect(mode === 'act', `${name} ran in mode ${mode}`)
    this.#expect(!this.#isTripped, `${name} ran with the kill switch tripped`)
    this.#expect(this.#now - this.#begunAt >= this.#trace.warmUpMs, `${name} ran in the warm-up`)
    this.#expect(!action.isShared, `${name} is shared and ran without a coordinator`)
    this.#expect(!isUnsettled, `${name} ran twice at once`)
  }

  /** What the loop says it did in this tick. */
  told(entry: LedgerEntry, unsettled: ReadonlySet<string>): void {
    for (const trial of entry.ended) this.#ended(trial)
    for (const trial of entry.verdicts) {
      const known = this.open.get(trial.id)
      this.#expect(known !== undefined, `${trial.id} was judged and not open`)
      if (known) known.isKept = trial.state === 'kept'
      if (known) known.isReverting = trial.state === 'reverting'
      if (trial.state === 'judged') this.#close(trial, trial.judgedAt)
    }
    for (const trial of entry.reverted) this.#close(trial, trial.reverted?.at ?? this.#now)
    for (const trial of [...entry.started, ...entry.withheld]) this.#begins(trial, entry)
    this.#goesFirst(entry, unsettled)
    for (const { firing } of [...entry.decisions, ...entry.refusals])
      this.#expect(entry.firings.includes(firing), 'answers what does not fire')
    for (const firing of entry.firings) {
      const isAnswered = [...entry.decisions, ...entry.refusals].some(outcome => outcome.firing === firing)
      this.#expect(isAnswered, `${firing.alert} was not answered`)
    }
    this.#firing = new Set(entry.firings.map(({ alert, labels }) => [alert, labels['plant']].join(' ').trim()))
    for (const [id, { startedAt, isKept }] of this.open) {
      const lasts = this.#now - startedAt - HANGS_MS - SETTLE_MS - 2 * WINDOW_MS - 2 * (this.#step?.afterMs ?? 0)
      this.#expect(isKept || lasts <= 10_000, `${id} has been open for too long`)
    }
  }

  /** A receipt was handed in. */
  blocks(action: string, ms: number): void {
    this.#blocked.push({ action, at: this.#now, ms })
  }

  #begins(trial: Trial, { verdicts }: LedgerEntry): void {
    const action = this.#actions.get(trial.action)!
    const key = `${trial.alertKey} ${trial.action}`
    for (const [id, other] of this.open) {
      const isShared = other.action.touches.some(resource => action.touches.includes(resource))
      this.#expect(!isShared, `${trial.id} began on what ${id} still works on`)
    }
    const notBefore = this.#notBefore.get(key) ?? -Infinity
    this.#expect(this.#now >= notBefore, `${trial.id} began ${notBefore - this.#now} ms before the end of its cooldown`)
    this.#expect(trial.arm !== 'control' || !action.isSafety, `${trial.id} is a safety response and was withheld`)
    const isGuarded = this.#guarded >= GUARDED_VALUES || this.#now - this.#begunAt >= LONGEST_WAIT_MS
    this.#expect(isGuarded || action.isSafety, `${trial.id} began when its guard knew ${this.#guarded} values`)
    this.#expect(!verdicts.some(({ id }) => id === trial.id), `${trial.id} was judged as it began`)
    this.#spend(trial)
    const known = { action, key, startedAt: trial.startedAt, isKept: false, isReverting: false }
    this.open.set(trial.id, known)
    if (trial.arm === 'control') this.#hasEnded.add(known)
  }

  #spend({ id, action, state }: Trial): void {
    const { runsPerHour, runsPerHourOfAction, concurrentRuns, blockedMsPerMinute } = this.#trace.budget
    // What prevention has spent is no reason to leave alone what has come.
    const isPreventive = (name: string): boolean => this.#actions.get(name)!.isPreventive
    const counts = (one: { readonly action: string }): boolean => isPreventive(action) || !isPreventive(one.action)
    const recent = this.#spent.filter(one => this.#now - one.at < HOUR_MS && counts(one))
    const ofAction = recent.filter(one => one.action === action).length
    const running = [...this.open.values()].filter(known => !this.#hasEnded.has(known)).length
    // What runs of this very tick took could not be known when it was decided.
    const blocked = this.#blocked
      .filter(one => one.at < this.#now && this.#now - one.at < MINUTE_MS && counts(one))
      .reduce((sum, { ms }) => sum + ms, 0)
    this.#expect(recent.length < runsPerHour, `${id} is one more than ${runsPerHour} an hour`)
    this.#expect(ofAction < runsPerHourOfAction, `${id} is one more than ${runsPerHourOfAction} an hour of its action`)
    this.#expect(running < concurrentRuns || state !== 'running', `${id} runs beside ${running} others`)
    this.#expect(blocked < blockedMsPerMinute, `${id} began after ${blocked} ms of a blocked loop`)
    this.#spent.push({ action, at: this.#now })
  }

  /** A response to what is waits for another such, for a run that has not ended, and for nothing that is only preventive. */
  #goesFirst({ refusals, started }: LedgerEntry, unsettled: ReadonlySet<string>): void {
    const begun = new Set(started.map(trial => trial.action))
    const running = [...unsettled].filter(name => !begun.has(name))
    const conflicts = refusals.filter(({ reason }) => reason === 'conflict')
    const next = conflicts.filter(({ preempts }) => preempts).map(({ response }) => response!.action)
    for (const { response, preempts = [] } of conflicts) {
      const action = this.#actions.get(response!.action)!
      const working = [...this.open.values()].flatMap(known => (known.action.isPreventive ? [] : [known.action.name]))
      const holds = (name: string): boolean =>
        this.#actions.get(name)!.touches.some(one => action.touches.includes(one))
      this.#expect(!action.isPreventive || preempts.length === 0, `${action.name} is preventive and preempts`)
      const isHeld = [...working, ...running, ...next].some(holds)
      this.#expect(action.isPreventive || isHeld, `${action.name} waits for nothing but what may come`)
    }
    const inTheWay = new Set(conflicts.flatMap(({ preempts = [] }) => preempts.map(({ id }) => id)))
    for (const id of inTheWay) {
      const known = this.open.get(id)
      this.#expect(known?.action.isPreventive === true, `${id} is ended for what is`)
      if (known) known.inTheWay = this.#hasEnded.has(known) ? (known.inTheWay ?? 0) + 1 : 0
      this.#expect((known?.inTheWay ?? 0) <= 2, `${id} is still in the way`)
    }
  }

  readonly #hasEnded = new WeakSet<Known>()

  #ended(trial: Trial): void {
    const known = this.open.get(trial.id)
    if (known) this.#hasEnded.add(known)
    // One that gave way while it ran counts for nothing.
    if (!known || trial.state === 'running' || this.#tripped || known.inTheWay !== undefined) return
    const { outcome } = trial
    const isNothing =
      outcome.status === 'completed' && Object.values(outcome.receipt.effects).every(count => count === 0)
    if (outcome.status === 'failed' || isNothing) this.#streaks.set(known.key, (this.#streaks.get(known.key) ?? 0) + 1)
  }

  #close(trial: Trial, at: number): void {
    const known = this.open.get(trial.id)
    this.#expect(known !== undefined, `${trial.id} ended and was not open`)
    if (!known) return
    this.open.delete(trial.id)
    if (trial.state === 'judged' && trial.verdict === 'effective') this.#streaks.delete(known.key)
    const streak = this.#streaks.get(known.key) ?? 0
    this.#notBefore.set(known.key, at + Math.min(HOUR_MS, LEAST_JITTER * COOLDOWN_MS * 2 ** streak) - 1)
  }

  #hold(key: string, value: number | undefined, limit: number): void {
    if (value === undefined) return
    if (value <= limit) this.#heldSince.delete(key)
    else if (!this.#heldSince.has(key)) this.#heldSince.set(key, this.#now)
  }

  #expect(isSo: boolean, otherwise: string): void {
    if (!isSo) this.violations.push(`${otherwise} (at ${(this.#now - this.#begunAt) / 1000} s)`)
  }
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}
