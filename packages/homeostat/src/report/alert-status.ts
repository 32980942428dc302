import type { Firing, Optimizer } from '@homeostat/optimizer'
import { explainPending, wallTime } from '@homeostat/optimizer/parts'

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

type Explaining = Pick<Optimizer, 'ledger' | 'explainFiring'>

/** The alerts of the latest tick, the firing ones first. */
export function alertsIn(optimizer: Explaining): AlertStatus[] {
  const entry = optimizer.ledger.entries.at(-1)
  if (!entry) return []
  const firing = entry.firings.map(each => statusOf(each, 'firing', optimizer.explainFiring(each)))
  const pending = entry.pending.map(each => statusOf(each, 'pending', explainPending(each, entry.now)))
  return [...firing, ...pending]
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
