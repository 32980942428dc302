import { attributes as a, metrics } from '@homeostat/semconv'
import type { LevelSeries, Registry } from '@homeostat/signals'
import { alertKey } from '../alert-key.ts'
import type { LedgerEntry, LedgerListener } from '../ledger.ts'
import { modes } from '../mode.ts'

/** Homeostat's metrics about itself, from the ledger. Bounded: alerts and actions by name, the rest by closed sets. */
export function ledgerMetrics(registry: Registry): LedgerListener {
  const heartbeat = registry.counter(metrics.heartbeat).with()
  const tickDuration = registry.histogram(metrics.tickDuration).with()
  const engineMode = registry.level(metrics.engineMode)
  const alerts = registry.level(metrics.alerts)
  const decisions = registry.counter(metrics.decisions)
  const refusals = registry.counter(metrics.refusals)
  const runs = registry.counter(metrics.actionRuns)
  const durations = registry.histogram(metrics.actionDuration)
  const verdicts = registry.counter(metrics.verdicts)

  const shown = new Set<LevelSeries>()
  const lastReason = new Map<string, string>()

  return entry => {
    heartbeat.add()
    tickDuration.record(entry.durationMs / 1000)
    for (const mode of modes) engineMode.with({ [a.mode]: mode }).set(mode === entry.mode ? 1 : 0)

    for (const series of shown) series.set(0)
    for (const [{ alert, state }, count] of countAlerts(entry)) {
      const series = alerts.with({ [a.alert]: alert, [a.alertState]: state })
      series.set(count)
      shown.add(series)
    }
    for (const { firing, action } of entry.decisions) {
      decisions.with({ [a.alert]: firing.alert, [a.actionName]: action.name }).add()
    }
    const refusedNow = new Set<string>()
    for (const { firing, response, reason } of entry.refusals) {
      const action = response?.action ?? ''
      const key = `${alertKey(firing)} ${action}`
      refusedNow.add(key)
      // An alert is refused again at every tick: only a change of the reason is news.
      if (lastReason.get(key) === reason) continue
      lastReason.set(key, reason)
      refusals.with({ [a.alert]: firing.alert, [a.actionName]: action, [a.refusalReason]: reason }).add()
    }
    for (const key of lastReason.keys()) if (!refusedNow.has(key)) lastReason.delete(key)

    for (const { action, outcome, startedAt, endedAt } of entry.ended) {
      runs.with({ [a.actionName]: action, [a.actionResult]: outcome.status }).add()
      durations.with({ [a.actionName]: action }).record((endedAt - startedAt) / 1000)
    }
    for (const { action, verdict } of entry.verdicts)
      verdicts.with({ [a.actionName]: action, [a.verdict]: verdict }).add()
  }
}

function countAlerts({ firings, pending }: LedgerEntry): [{ alert: string; state: 'firing' | 'pending' }, number][] {
  const counts = new Map<string, [{ alert: string; state: 'firing' | 'pending' }, number]>()
  const count = (alert: string, state: 'firing' | 'pending'): void => {
    const key = `${state} ${alert}`
    const known = counts.get(key)
    counts.set(key, [{ alert, state }, (known?.[1] ?? 0) + 1])
  }
  for (const { alert } of firings) count(alert, 'firing')
  for (const { alert } of pending) count(alert, 'pending')
  return [...counts.values()]
}
