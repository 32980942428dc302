import { BoundedMap } from '@homeostat/signals'
import type { HistoryOptions } from './history-options.ts'
import type { SavedHistory } from './saved-history.ts'
import { History } from './history.ts'
import { offerOf } from './evidence.ts'
import type { KnownEffect, ModeOffer, QuarantinedAction } from '../words/ledger-entry.ts'
import type { Mode } from '../words/mode.ts'
import { modeOfResponse } from '../words/mode.ts'
import type { Trial } from '../words/trial.ts'

/** Pairs of rule and action that are remembered; more would come from rules that are reloaded without end. */
const MAX_HISTORIES = 500

/** By alert, action and version. */
export type SavedHistories = Readonly<Record<string, SavedHistory>>

export interface HistoriesOptions extends Pick<HistoryOptions, 'intervalMs' | 'random'> {
  /** What an action compares where it judges its own changes; undefined for all others. @default the loop judges all */
  readonly ownEstimandOf?: (action: string) => string | undefined
}

/** A rule and an action as they are written now. */
type Subject = Pick<HistoryOptions, 'alert' | 'action' | 'version' | 'response'>

/** What is known of every rule x action. A changed rule or response starts anew: its episodes would not be comparable. */
export class Histories {
  /** The oldest rests as if it were saved: it may be in use, and its quarantine in force. */
  readonly #histories = new BoundedMap<string, History>(MAX_HISTORIES, (key, history) =>
    this.#keep(key, history.save()),
  )
  readonly #options: HistoriesOptions
  readonly #offered = new WeakMap<History, Mode>()
  #saved = new Map<string, SavedHistory>()

  constructor(options: HistoriesOptions) {
    this.#options = options
  }

  get all(): readonly History[] {
    return [...this.#histories.values()]
  }

  /** The history of a rule and an action as they are written now. */
  of({ alert, action, version, response }: Subject): History {
    const key = historyKey(alert, action, version)
    const known = this.#histories.get(key)
    if (known) return known
    const { intervalMs, random, ownEstimandOf } = this.#options
    const ownEstimand = ownEstimandOf?.(action)
    const history = new History({ intervalMs, random, ownEstimand, alert, action, version, response })
    const saved = this.#saved.get(key)
    if (saved) history.restore(saved)
    this.#saved.delete(key)
    this.#histories.set(key, history)
    return history
  }

  /** Whether its rule and action were of concern lately. */
  isInUse(key: string): boolean {
    return this.#histories.has(key)
  }

  /** Until when and why an action is not to be run for an alert, in one line; undefined when it may. */
  quarantineOf(subject: Subject, now: number): string | undefined {
    const { quarantine } = this.of(subject).standing
    if (!quarantine || now >= quarantine.until) return undefined
    return `${quarantine.reason}; until ${new Date(quarantine.until).toISOString()} or until it is reset`
  }

  /** The quarantines that began since this was last asked. */
  takeQuarantined(): QuarantinedAction[] {
    const taken: QuarantinedAction[] = []
    for (const history of this.#histories.values()) {
      const { alert, action } = history
      const quarantine = history.takeQuarantine()
      if (quarantine) taken.push({ alert, action, until: quarantine.until, reason: quarantine.reason })
    }
    return taken
  }

  /** The modes that the evidence has begun to speak for since this was last asked. */
  takeOffers(modeOf: (action: string) => Mode, now: number): ModeOffer[] {
    return this.all.flatMap(history => {
      const { alert, action, response } = history
      const offer = offerOf(history, modeOfResponse(response, modeOf), now)
      const isNews = offer !== undefined && this.#offered.get(history) !== offer.mode
      if (offer) this.#offered.set(history, offer.mode)
      return isNews ? [{ alert, action, ...offer }] : []
    })
  }

  /** What is known of the effects of the actions of some trials. */
  effectsOf(trials: readonly Trial[]): KnownEffect[] {
    const histories = new Set(trials.map(trial => this.of(trial)))
    return [...histories].flatMap(({ alert, action, statistics }) => {
      const { effect, interval } = statistics?.statistics ?? {}
      return effect === undefined || !interval ? [] : [{ alert, action, effect, interval }]
    })
  }

  /** Everything that is worth keeping across a restart; JSON. */
  save(): SavedHistories {
    const saved = new Map(this.#saved)
    for (const [key, history] of this.#histories) saved.set(key, history.save())
    return Object.fromEntries(mostWorth(saved))
  }

  /** The same of one history. */
  savedOf(key: string): SavedHistory | undefined {
    return this.#histories.get(key)?.save() ?? this.#saved.get(key)
  }

  /** Goes on from a saved history, which replaces the one in memory. */
  resume(key: string, history: SavedHistory): void {
    const known = this.#histories.get(key)
    if (known) known.restore(history)
    else this.#keep(key, history)
  }

  #keep(key: string, history: SavedHistory): void {
    this.#saved.delete(key)
    this.#saved.set(key, history)
    if (this.#saved.size > MAX_HISTORIES) this.#saved = mostWorth(this.#saved)
  }
}

/** As many as are remembered: a quarantine is forgotten last, and what taught nothing first; then the oldest. */
function mostWorth(histories: ReadonlyMap<string, SavedHistory>): Map<string, SavedHistory> {
  if (histories.size <= MAX_HISTORIES) return new Map(histories)
  const worth = (history: SavedHistory): number =>
    history.standing.quarantine !== undefined ? 2 : isWorthKeeping(history) ? 1 : 0
  const dropped = [...histories]
    .toSorted(([, a], [, b]) => worth(a) - worth(b))
    .slice(0, histories.size - MAX_HISTORIES)
  const kept = new Map(histories)
  for (const [key] of dropped) kept.delete(key)
  return kept
}

/** Keys differ whenever rules or actions do: only the name of an alert may have spaces. */
function historyKey(alert: string, action: string, version: string): string {
  return [alert, ...[action, version].map(part => part.replaceAll('%', '%25').replaceAll(' ', '%20'))].join(' ')
}

/** Whether a loop that starts anew would do otherwise for knowing it. */
export function isWorthKeeping({ trials, breaches, standing, decided, life }: SavedHistory): boolean {
  const counts = [trials, breaches].map(({ act, control }) => act + control)
  const { quarantine, harmful, withoutEffect } = standing
  // A person may have reset it. What its verdicts have spent stays spent.
  if (life !== undefined && life.generation > 1) return true
  return quarantine !== undefined || decided !== undefined || [...counts, harmful, withoutEffect].some(n => n > 0)
}
