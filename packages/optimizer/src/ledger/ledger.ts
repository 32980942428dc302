import type { Faults } from '@homeostat/signals'
import { shownValue, warnLater } from '@homeostat/signals/options'
import type { AdviceGiven, StandingAdvice } from '../words/advice-given.ts'
import type { Remaining } from '../decisions/budget.ts'
import type { Decision, Refusal } from '../words/decision.ts'
import type { FleetState } from '../fleet/fleet-state.ts'
import type { Firing, LimitedRule, PendingAlert, Transition } from '../words/firing.ts'
import type { TrialArm } from '../words/trial-arm.ts'
import type { Mode } from '../words/mode.ts'
import type { JudgedTrial, RunningTrial, SettlingTrial, Trial, Verdicted } from '../words/trial.ts'

/** A rule that could not be evaluated. */
export interface RuleFailure {
  readonly rule: string
  readonly error: string
}

/** What happened in one tick. Everything Homeostat tells about itself is derived from these. */
export interface LedgerEntry {
  readonly id: number
  /** Start of the tick, in milliseconds since the epoch. */
  readonly now: number
  /** From the start of the tick to its decisions, actions excluded. */
  readonly durationMs: number
  readonly mode: Mode
  readonly pending: readonly PendingAlert[]
  readonly firings: readonly Firing[]
  /** Alerts that began or ceased to be pending or to fire. */
  readonly transitions: readonly Transition[]
  readonly failures: readonly RuleFailure[]
  /** Rules that find more alerts than they may have. */
  readonly limited: readonly LimitedRule[]
  readonly decisions: readonly Decision[]
  readonly refusals: readonly Refusal[]
  /** Actions started in this tick. */
  readonly started: readonly RunningTrial[]
  /** Actions that ended since the tick before. */
  readonly ended: readonly SettlingTrial[]
  /** Actions that were due and withheld in this tick, to see what happens without them. */
  readonly withheld: readonly SettlingTrial[]
  /** Runs of actions that only advise, that ended since the tick before. */
  readonly advised: readonly AdviceGiven[]
  /** Advice that somebody was found to have followed. */
  readonly adopted: readonly StandingAdvice[]
  /** Guards that were breached. */
  readonly breaches: readonly LedgerBreach[]
  /** Trials that were judged since the tick before. */
  readonly verdicts: readonly Verdicted[]
  /** Changes that were set back, or could not be, since the tick before. */
  readonly reverted: readonly JudgedTrial[]
  /** Actions that may not be run any more for an alert, for now. */
  readonly quarantined: readonly QuarantinedAction[]
  /** Modes that the evidence has begun to speak for. */
  readonly offers: readonly ModeOffer[]
  /** Trials that are open at the end of the tick. */
  readonly open: readonly Pick<Trial, 'id' | 'action' | 'arm' | 'state'>[]
  /** What is known of the effects of actions that were judged in this tick. */
  readonly effects: readonly KnownEffect[]
  readonly fleet: FleetState
  /** What is left to do of what the loop may do. */
  readonly budgets: readonly BudgetOfAction[]
}

export interface BudgetOfAction {
  readonly action: string
  readonly remaining: readonly Remaining[]
}

/** How an action changes what it should change, relative to doing nothing. */
export interface KnownEffect {
  readonly alert: string
  readonly action: string
  /** -0.2 is 20 % lower. */
  readonly effect: number
  readonly interval: readonly [low: number, high: number]
}

/** A mode that the evidence speaks for. It is offered and never taken: somebody has to set it. */
export interface ModeOffer {
  readonly alert: string
  readonly action: string
  readonly mode: Mode
  readonly because: string
}

export interface LedgerBreach {
  readonly trial: string
  readonly action: string
  readonly arm: TrialArm
  readonly reason: string
}

export interface QuarantinedAction {
  readonly alert: string
  readonly action: string
  readonly until: number
  readonly reason: string
}

/** What an entry says when nothing has happened. */
export const NOTHING_NEW: Omit<LedgerEntry, 'id' | 'now' | 'mode' | 'fleet'> = {
  durationMs: 0,
  pending: [],
  firings: [],
  transitions: [],
  failures: [],
  limited: [],
  decisions: [],
  refusals: [],
  started: [],
  withheld: [],
  advised: [],
  adopted: [],
  ended: [],
  breaches: [],
  verdicts: [],
  reverted: [],
  offers: [],
  quarantined: [],
  open: [],
  effects: [],
  budgets: [],
}

export type LedgerListener = (entry: LedgerEntry) => void | Promise<void>

/** One hour at the default tick of 5 s. */
const MAX_ENTRIES = 720

/**
 * Alerts and refusals of all detailed entries together. Each collection of garbage copies those that are new since the last
 * one: a thousand alerts with a refusal each at every tick would make it take several milliseconds.
 */
const MAX_DETAILS = 4000

/** Five minutes: with many alerts, older entries would fill the memory with what was said again at every tick. */
const MAX_DETAILED = 60

/** The account of every tick, newest last. Bounded: what was done is kept for an hour, what was merely firing for five minutes. */
export class Ledger {
  readonly #entries: LedgerEntry[] = []
  readonly #listeners = new Set<LedgerListener>()
  readonly #faults: Faults
  #appended = 0
  /** Entries from the oldest on that hold no details any more. */
  #abridged = 0
  #details = 0

  constructor(faults: Faults) {
    this.#faults = faults
  }

  get entries(): readonly LedgerEntry[] {
    return this.#entries
  }

  append(entry: Omit<LedgerEntry, 'id'>): LedgerEntry {
    const numbered = { id: ++this.#appended, ...entry }
    this.#entries.push(numbered)
    if (this.#entries.length > MAX_ENTRIES) {
      this.#entries.shift()
      this.#abridged = Math.max(0, this.#abridged - 1)
    }
    this.#details += detailsOf(numbered)
    while (this.#hasTooManyDetails()) {
      const aged = this.#entries[this.#abridged]!
      this.#details -= detailsOf(aged)
      this.#entries[this.#abridged++] = abridge(aged)
    }
    for (const listener of this.#listeners) void this.#faults.contain('telemetry', () => listener(numbered))
    return numbered
  }

  /** The newest entry keeps its details, however many there are. */
  #hasTooManyDetails(): boolean {
    const detailed = this.#entries.length - this.#abridged
    return detailed > 1 && (this.#details > MAX_DETAILS || detailed > MAX_DETAILED)
  }

  /** Calls the listener with each entry from now on. */
  on(listener: LedgerListener): Disposable {
    if (typeof listener === 'function') this.#listeners.add(listener)
    else
      warnLater(`on() takes a function that takes ledger entries, but was given ${shownValue(listener)}; it is ignored`)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }
}

function detailsOf({ pending, firings, refusals }: LedgerEntry): number {
  return pending.length + firings.length + refusals.length
}

function abridge(entry: LedgerEntry): LedgerEntry {
  return { ...entry, pending: [], firings: [], refusals: [], budgets: [] }
}
