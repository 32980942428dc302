import type { Faults } from '@homeostat/signals'
import { shownValue, warnLater } from '@homeostat/signals/options'
import type { LedgerEntry, LedgerListener } from '../words/ledger-entry.ts'

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
  proofs: [],
  quarantined: [],
  open: [],
  effects: [],
  budgets: [],
}

/** One hour at the default tick of 5 s. */
const MAX_ENTRIES = 720

/**
 * Alerts and refusals of all detailed entries together. Each collection of garbage copies those that are new since the last
 * one: a thousand alerts with a refusal each at every tick would make it take several milliseconds.
 */
const MAX_DETAILS = 4000

/** Five minutes: with many alerts, older entries would fill the memory with repetitions of each tick. */
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
