import type { Alert } from '@homeostat/promql'
import { parseDuration } from '@homeostat/promql'
import type { Firing } from './firing.ts'
import type { PendingAlert } from './ledger.ts'

export function toFiring({ alert, labels, annotations, value, activeAt, keptSince }: Alert): Firing {
  return { alert, labels, annotations, value, since: activeAt, ...(keptSince !== undefined && { keptSince }) }
}

export function toPending(alert: Alert): PendingAlert {
  return { ...toFiring(alert), firesAt: alert.activeAt + (parseDuration(alert.rule.for ?? '0') ?? 0) }
}
