import type { Firing, LedgerEntry, Refusal } from 'homeostat'
import { signalOf } from './signal-names.ts'
import { adviceGivenText, doneText, revertText, verdictText } from './trial-texts.ts'

export type NewsKind =
  | 'seen'
  | 'fired'
  | 'decided'
  | 'withheld'
  | 'refused'
  | 'done'
  | 'failed'
  | 'advice'
  | 'breach'
  | 'verdict'
  | 'reverted'
  | 'quarantine'
  | 'offer'
  | 'over'

export interface NewsItem {
  readonly kind: NewsKind
  readonly text: string
}

type PendingAlert = LedgerEntry['pending'][number]
type Quarantined = LedgerEntry['quarantined'][number]

/** Turns ledger entries, one per tick, into what is new in them. */
export class News {
  #pending: ReadonlySet<string> = new Set()
  #firing: ReadonlySet<string> = new Set()
  /** Alerts whose condition holds, not those that are only kept firing. */
  #holding: ReadonlyMap<string, string> = new Map()
  #refusals: ReadonlyMap<string, string> = new Map()

  read(entry: LedgerEntry): NewsItem[] {
    const { now, pending, firings, refusals } = entry
    const items: NewsItem[] = []
    const add = (kind: NewsKind, text: string): void => void items.push({ kind, text })

    for (const alert of pending.filter(each => !this.#pending.has(keyOf(each)))) add('seen', seenText(alert, now))
    for (const firing of firings.filter(each => !this.#firing.has(keyOf(each)))) add('fired', firedText(firing, now))
    // In this order: what needs a lease may have begun, ended and been judged since the last tick.
    for (const { kind, text } of trialNews(entry)) add(kind, text)
    for (const refusal of refusals.filter(each => this.#isNew(each))) add('refused', refusalText(refusal))

    const holding = new Map(firings.filter(isHolding).map(firing => [keyOf(firing), firing.alert]))
    for (const [key, alert] of this.#holding)
      if (!holding.has(key)) add('over', `${alert}: its condition no longer holds`)

    this.#pending = new Set(pending.map(keyOf))
    this.#firing = new Set(firings.map(keyOf))
    this.#holding = holding
    this.#refusals = new Map(refusals.map(refusal => [refusalKey(refusal), refusal.reason]))
    return items
  }

  /** Once per change of reason. An alert that is only kept firing is refused for that alone, and said to be over already. */
  #isNew(refusal: Refusal): boolean {
    return isHolding(refusal.firing) && this.#refusals.get(refusalKey(refusal)) !== refusal.reason
  }
}

/** What happened to trials, in the order of their lives. */
function trialNews({
  now,
  started,
  withheld,
  ended,
  advised,
  breaches,
  verdicts,
  reverted,
  quarantined,
  offers,
}: LedgerEntry): NewsItem[] {
  return [
    ...started.map(({ id, action, alert }) => news('decided', `${action} for ${alert}; all gates passed (${id})`)),
    ...withheld.map(({ id, action, alert }) =>
      news('withheld', `${action} for ${alert}, at random, as a control (${id})`),
    ),
    ...ended.map(trial => news(trial.outcome.status === 'completed' ? 'done' : 'failed', doneText(trial))),
    ...advised.flatMap(given => [
      news(given.status === 'completed' ? 'done' : 'failed', adviceGivenText(given)),
      ...given.advice.map(({ what }) => news('advice', what)),
    ]),
    ...breaches.map(({ trial, reason }) => news('breach', `${trial}: ${reason}`)),
    ...verdicts.map(trial => news('verdict', verdictText(trial))),
    ...reverted.map(trial => news('reverted', revertText(trial))),
    ...quarantined.map(each => news('quarantine', quarantineText(each, now))),
    ...offers.map(({ alert, action, mode, because }) =>
      news('offer', `mode ${mode} for ${action} on ${alert}: ${because}`),
    ),
  ]
}

function news(kind: NewsKind, text: string): NewsItem {
  return { kind, text }
}

function isHolding({ keptSince }: Firing): boolean {
  return keptSince === undefined
}

function seenText(alert: PendingAlert, now: number): string {
  return `${valueText(alert)}: ${alert.alert} fires if it stays for ${Math.round((alert.firesAt - now) / 1000)} s`
}

function firedText(firing: Firing, now: number): string {
  return `${firing.alert}: ${valueText(firing)}, after ${Math.round((now - firing.since) / 1000)} s`
}

function valueText({ alert, labels, value }: Firing): string {
  const { name, format } = signalOf(alert, labels)
  return `${name} ${format(value)}`
}

function refusalText({ firing, response, reason, detail }: Refusal): string {
  return `${response?.action ?? 'no action'} for ${firing.alert}: ${reason} (${detail})`
}

function quarantineText({ action, alert, until, reason }: Quarantined, now: number): string {
  return `${action} for ${alert} rests for ${Math.round((until - now) / 3_600_000)} h: ${reason}`
}

function keyOf({ alert, labels }: Pick<Firing, 'alert' | 'labels'>): string {
  return `${alert} ${JSON.stringify(labels)}`
}

function refusalKey({ firing, response }: Refusal): string {
  return `${keyOf(firing)} ${response?.action}`
}
