import type { Firing, LedgerEntry, Trial } from '@homeostat/optimizer'
import type { EventKind, ScenarioEvent } from './expected.ts'

type AlertOf = Pick<Firing, 'alert' | 'labels'>

/** The events of a scenario, tick by tick, in the words of the ledger. */
export class EventLog {
  readonly #events: ScenarioEvent[] = []
  /** Each set of firing alerts, and since when it has been the same. */
  readonly #firing: { readonly atMs: number; readonly alerts: readonly AlertOf[] }[] = []
  #lastKey = ''

  add(atMs: number, entry: LedgerEntry): void {
    const put = (kind: EventKind, { alert, labels }: AlertOf, fields: Record<string, string>, detail = ''): void =>
      void this.#events.push({ kind, atMs, fields: { alert, ...fields }, labels, detail })
    for (const { alert, labels, to, from } of entry.transitions)
      if (to === 'firing' && from !== 'resolving') put('firing', { alert, labels }, {})
    for (const { firing, action, arm } of entry.decisions) put('decisions', firing, { action: action.name, arm })
    for (const { firing, response, reason, detail } of entry.refusals)
      put('refusals', firing, { reason, action: response?.action ?? '' }, detail)
    for (const trial of entry.withheld) put('withheld', trial, { action: trial.action }, trial.id)
    for (const trial of entry.verdicts)
      put('verdicts', trial, { verdict: trial.verdict, action: trial.action }, `${trial.id}: ${trial.reason}`)
    for (const trial of entry.reverted) put('reverts', trial, revertFields(trial), trial.id)
    for (const { trial, action, arm, reason } of entry.breaches)
      put('breaches', { alert: '', labels: {} }, { action, arm }, `${trial}: ${reason}`)
    for (const { alert, action, reason } of entry.quarantined)
      put('quarantined', { alert, labels: {} }, { action }, reason)
    this.#setFiring(atMs, entry.firings)
  }

  /** Events of a kind within a time, both ends counted. */
  of(kind: EventKind, fromMs: number, untilMs: number): ScenarioEvent[] {
    return this.#events.filter(event => event.kind === kind && event.atMs >= fromMs && event.atMs <= untilMs)
  }

  /** The alerts that fire at a time, as its tick left them. */
  firingAt(atMs: number): ScenarioEvent[] {
    const { alerts = [] } = this.#firing.findLast(state => state.atMs <= atMs) ?? {}
    return alerts.map(({ alert, labels }) => ({ kind: 'firing', atMs, fields: { alert }, labels, detail: '' }))
  }

  #setFiring(atMs: number, firings: readonly Firing[]): void {
    const alerts = firings.map(({ alert, labels }) => ({ alert, labels }))
    const key = JSON.stringify(alerts)
    if (key === this.#lastKey) return
    this.#lastKey = key
    this.#firing.push({ atMs, alerts })
  }
}

function revertFields(trial: Trial): Record<string, string> {
  const { action } = trial
  if (trial.state !== 'judged' || !trial.reverted) return { action }
  return { action, result: trial.reverted.result, because: trial.reverted.because }
}
