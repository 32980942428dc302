import type { Faults } from '@homeostat/signals'
import { shownValue, warnLater } from '@homeostat/signals/options'
import type { LedgerEntry, LedgerListener } from '../words/ledger-entry.ts'
import { Abridgement } from './abridgement.ts'
import { RefusalsBegun } from './refusals-begun.ts'

/** What an entry says when nothing has happened. */
export const NOTHING_NEW: Omit<LedgerEntry, 'id' | 'now' | 'mode' | 'fleet' | 'refused'> = {
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

/** Alerts and refusals that began in their tick, which an entry keeps for longer than those that went on. */
const MAX_BEGUN = 4000

/**
 * The account of every tick, newest last. Bounded: what was done and what began is kept for an hour, what was merely firing for five
 * minutes.
 */
export class Ledger {
  readonly #entries: LedgerEntry[] = []
  readonly #listeners = new Set<LedgerListener>()
  readonly #faults: Faults
  readonly #refusalsBegun = new RefusalsBegun()
  readonly #abridgements = [
    new Abridgement({ sizeOf: detailsOf, abridge: toWhatBegan, most: MAX_DETAILS, mostEntries: MAX_DETAILED }),
    new Abridgement({ sizeOf: begunIn, abridge: toWhatWasDone, most: MAX_BEGUN }),
  ]
  #appended = 0

  constructor(faults: Faults) {
    this.#faults = faults
  }

  get entries(): readonly LedgerEntry[] {
    return this.#entries
  }

  append(entry: Omit<LedgerEntry, 'id' | 'refused'>): LedgerEntry {
    const numbered = { id: ++this.#appended, ...entry, refused: this.#refusalsBegun.of(entry.refusals) }
    this.#entries.push(numbered)
    if (this.#entries.length > MAX_ENTRIES) {
      this.#entries.shift()
      for (const abridgement of this.#abridgements) abridgement.removed()
    }
    for (const abridgement of this.#abridgements) abridgement.added(this.#entries)
    for (const listener of this.#listeners) void this.#faults.contain('telemetry', () => listener(numbered))
    return numbered
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

/** Counts the details that {@link toWhatWasDone} removes from an entry that {@link toWhatBegan} has abridged. Transitions stay. */
function begunIn({ transitions, refused }: LedgerEntry): number {
  return transitions.filter(({ to }) => to === 'firing').length + refused.length
}

/** An alert that began to fire in the tick keeps its value and its texts. */
function toWhatBegan(entry: LedgerEntry): LedgerEntry {
  const begun = new Set(entry.transitions.filter(({ to }) => to === 'firing').map(({ labels }) => labels))
  const firings = entry.firings.filter(({ labels }) => begun.has(labels))
  return { ...entry, abridged: entry.abridged ?? 'to what began', pending: [], firings, refusals: [], budgets: [] }
}

function toWhatWasDone(entry: LedgerEntry): LedgerEntry {
  return { ...toWhatBegan(entry), abridged: 'to what was done', firings: [], refused: [] }
}
