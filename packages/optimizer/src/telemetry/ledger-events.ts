import * as api from '@opentelemetry/api'
import type { Attributes } from '@opentelemetry/api'
import { attributes as a, events } from '@homeostat/semconv'
import type { Scope } from '@homeostat/signals'
import { explainFiring, explainTrial } from '../explain.ts'
import type { Firing } from '../firing.ts'
import type { LedgerEntry, LedgerListener } from '../ledger.ts'
import { wallTime } from '../steady-clock.ts'

/** `SeverityNumber.INFO` and `.WARN`; the enum is missing from API 1.9. */
const INFO = 9
const WARN = 13

/** The Logs API as far as it is used; it is part of the API from 1.10 on, and absent before. */
interface LogsApi {
  getLogger(name: string, version?: string): { emit(record: LogEvent): void }
}

interface LogEvent {
  readonly eventName: string
  readonly timestamp: number
  readonly severityNumber: number
  readonly body: string
  readonly attributes: Attributes
}

/** Log events for what is news: an alert that begins to fire, an action that ended, a verdict. */
export function ledgerEvents(scope: Scope): LedgerListener {
  let firingBefore = new Set<string>()

  return entry => {
    const news = eventsOf(entry, firingBefore)
    firingBefore = new Set(entry.firings.map(firing => firing.alert))
    if (news.length === 0) return
    const logger = (api as { logs?: LogsApi }).logs?.getLogger(scope.name, scope.version)
    for (const event of news) logger?.emit(event)
  }
}

function eventsOf(entry: LedgerEntry, firingBefore: ReadonlySet<string>): LogEvent[] {
  const { now } = entry
  const fired = entry.firings
    .filter(firing => !firingBefore.has(firing.alert) && !isShadowed(firing, entry))
    .map(firing => ({
      eventName: events.alert,
      timestamp: wallTime(now),
      severityNumber: WARN,
      body: explainFiring(
        firing,
        entry.refusals.filter(refusal => refusal.firing === firing),
      ),
      attributes: { [a.alert]: firing.alert, [a.alertState]: 'firing' },
    }))
  const ended = entry.ended.map(trial => ({
    eventName: events.action,
    timestamp: wallTime(trial.endedAt),
    severityNumber: trial.outcome.status === 'completed' ? INFO : WARN,
    // An error's text may quote the application's data: only its type leaves the process.
    body: trial.outcome.status === 'completed' ? explainTrial(trial) : `${trial.id} ${trial.outcome.status}`,
    attributes: { [a.actionName]: trial.action, [a.trialId]: trial.id, [a.actionResult]: trial.outcome.status },
  }))
  const judged = entry.verdicts.map(trial => ({
    eventName: events.verdict,
    timestamp: wallTime(trial.judgedAt),
    severityNumber: INFO,
    body: trial.outcome.status === 'completed' ? explainTrial(trial) : `${trial.id} ${trial.verdict}`,
    attributes: { [a.actionName]: trial.action, [a.trialId]: trial.id, [a.verdict]: trial.verdict },
  }))
  return [...fired, ...ended, ...judged]
}

/** In mode `shadow` Homeostat decides without a word. */
function isShadowed(firing: Firing, { refusals }: LedgerEntry): boolean {
  const own = refusals.filter(refusal => refusal.firing === firing)
  return own.length > 0 && own.every(({ mode }) => mode === 'shadow')
}
