import type { Firing, LedgerEntry, Refusal, Trial } from 'homeostat'
import { signalOf } from './signal-names.ts'
import { receiptOf } from './story.ts'

export type NewsKind = 'seen' | 'fired' | 'decided' | 'refused' | 'done' | 'failed' | 'advice' | 'verdict' | 'over'

export interface NewsItem {
  readonly kind: NewsKind
  readonly text: string
}

type JudgedTrial = LedgerEntry['verdicts'][number]
type EndedTrial = LedgerEntry['ended'][number]
type PendingAlert = LedgerEntry['pending'][number]

/** Turns ledger entries, one a tick, into what is new in them. */
export class News {
  #pending: ReadonlySet<string> = new Set()
  #firing: ReadonlySet<string> = new Set()
  /** Alerts whose condition holds, not those that are only kept firing. */
  #holding: ReadonlyMap<string, string> = new Map()
  #refusals: ReadonlyMap<string, string> = new Map()

  read({ now, pending, firings, decisions, refusals, started, ended, verdicts }: LedgerEntry): NewsItem[] {
    const items: NewsItem[] = []
    const add = (kind: NewsKind, text: string): void => void items.push({ kind, text })

    for (const verdict of verdicts) add('verdict', verdictText(verdict))
    for (const trial of ended) {
      add(trial.outcome.status === 'completed' ? 'done' : 'failed', endText(trial))
      for (const advice of receiptOf(trial)?.advice ?? []) add('advice', advice.what)
    }
    for (const alert of pending.filter(each => !this.#pending.has(keyOf(each)))) add('seen', seenText(alert, now))
    for (const firing of firings.filter(each => !this.#firing.has(keyOf(each)))) add('fired', firedText(firing, now))
    for (const [index, { firing, action }] of decisions.entries()) {
      add('decided', `${action.name} for ${firing.alert}; all gates passed (${started[index]?.id ?? 'not started'})`)
    }
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

function endText({ id, outcome, startedAt, endedAt }: EndedTrial): string {
  const what = outcome.status === 'completed' ? outcome.receipt.summary : outcome.error
  return `${id} after ${((endedAt - startedAt) / 1000).toFixed(1)} s: ${what}`
}

function verdictText(trial: JudgedTrial): string {
  return `${trial.id} ${trial.verdict}${changeText(trial)}`
}

/** `: hit ratio of redis 52 % -> 91 % (not evidence)` */
function changeText(trial: Trial): string {
  const { name, format } = signalOf(trial.alert, trial.labels)
  const after = trial.state === 'judged' ? trial.after : undefined
  if (trial.before === undefined || after === undefined) return trial.state === 'judged' ? `: ${trial.reason}` : ''
  return `: ${name} ${format(trial.before)} -> ${format(after)} (one run without controls: not evidence)`
}

function keyOf({ alert, labels }: Pick<Firing, 'alert' | 'labels'>): string {
  return `${alert} ${JSON.stringify(labels)}`
}

function refusalKey({ firing, response }: Refusal): string {
  return `${keyOf(firing)} ${response?.action}`
}
