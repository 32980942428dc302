import type { Firing, LedgerEntry, Refusal } from '@homeostat/optimizer'
import { explainFiring, explainPending, wallTime } from '@homeostat/optimizer'

/** An alert that is pending or fires. */
export interface AlertStatus {
  readonly alert: string
  readonly labels: Readonly<Record<string, string>>
  readonly state: 'pending' | 'firing'
  readonly value: number
  /** Since when its condition holds, in ISO 8601. */
  readonly since: string
  /** The rule's own text, where it has one. */
  readonly summary?: string
  /** One line: what fires, and what is done about it or why nothing is. */
  readonly line: string
}

/** The alerts of a tick, the firing ones first. */
export function alertsIn(entry: LedgerEntry | undefined): AlertStatus[] {
  if (!entry) return []
  const firing = entry.firings.map(each => statusOf(each, 'firing', explainFiring(each, refusalsOf(each, entry))))
  const pending = entry.pending.map(each => statusOf(each, 'pending', explainPending(each, entry.now)))
  return [...firing, ...pending]
}

function refusalsOf(firing: Firing, { refusals }: LedgerEntry): Refusal[] {
  return refusals.filter(refusal => refusal.firing === firing)
}

function statusOf(
  { alert, labels, value, since, annotations }: Firing,
  state: AlertStatus['state'],
  line: string,
): AlertStatus {
  const { summary } = annotations
  const base = { alert, labels, state, value, since: new Date(wallTime(since)).toISOString(), line }
  return summary === undefined ? base : { ...base, summary }
}
