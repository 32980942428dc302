import * as api from '@opentelemetry/api'
import type { Attributes } from '@opentelemetry/api'
import { attributes as a, events } from '@homeostat/semconv'
import type { Scope } from '@homeostat/signals'
import { counted, withoutTracing } from '@homeostat/signals'
import { explainAdvice } from '../advice-line.ts'
import { explainFiring, refusalsTo } from '../alert-lines.ts'
import { explainTrial } from '../explain.ts'
import type { Refusal } from '../../words/decision.ts'
import type { LedgerEntry } from '../../words/ledger-entry.ts'
import { explainProof, type ProofNews } from '../../words/proof-news.ts'
import { wallTime } from '../../time/steady-clock.ts'
import type { Trial } from '../../words/trial.ts'
import type { LedgerWriter } from './ledger-writer.ts'
import { proofAttributes } from './proof-attributes.ts'

/** `SeverityNumber.INFO` and `.WARN`; the enum is missing from API 1.9. */
const INFO = 9
const WARN = 13

/** Alerts of one tick that have a line each in an application's own log. */
const MOST_ALERT_LINES = 20

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

/** Log events for what is news. An exporter's own requests leave no spans. */
export function ledgerEvents(scope: Scope): LedgerWriter {
  return function* (entry) {
    const news = [...alertEvents(entry), ...eventsOf(entry)]
    if (news.length === 0) return
    const logger = (api as { logs?: LogsApi }).logs?.getLogger(scope.name, scope.version)
    if (!logger) return
    for (const event of news) {
      withoutTracing(() => logger.emit({ ...event, timestamp: wallTime(event.timestamp) }))
      yield
    }
  }
}

/** A line for people about something that happened in a tick. */
export interface News {
  readonly level: 'info' | 'warn'
  readonly text: string
}

/** What the log events of an entry say, e.g. for an application's own logger. */
export function ledgerNews(entry: LedgerEntry): News[] {
  // A thousand alerts may begin in one tick, and nobody reads a thousand lines.
  const transitions = entry.transitions.slice(0, MOST_ALERT_LINES)
  const leftOut = entry.transitions.length - transitions.length
  const news = [...alertEvents(entry, transitions), ...eventsOf(entry)].map(newsOf)
  return leftOut > 0
    ? [
        ...news,
        { level: 'warn', text: `${counted(leftOut, 'more alert has', 'more alerts have')} changed in this tick` },
      ]
    : news
}

function newsOf({ severityNumber, body }: LogEvent): News {
  return { level: severityNumber >= WARN ? 'warn' : 'info', text: body }
}

function eventsOf(entry: LedgerEntry): LogEvent[] {
  return [
    ...decisionEvents(entry),
    ...adviceEvents(entry),
    ...trialEvents(entry),
    ...quarantineEvents(entry),
    ...offerEvents(entry),
    ...entry.proofs.map(proofEvent),
  ]
}

function alertEvents(entry: LedgerEntry, transitions = entry.transitions): LogEvent[] {
  if (transitions.length === 0) return []
  const { now, firings } = entry
  // A thousand alerts may begin in one tick: they do not each look at all firings.
  const byLabels = new Map(firings.map(firing => [firing.labels, firing]))
  return transitions.flatMap(({ alert, labels, from, to }): LogEvent[] => {
    const base = { eventName: events.alert, timestamp: now, attributes: { [a.alert]: alert, [a.alertState]: to } }
    if (to === 'inactive') {
      const wasFiring = from === 'firing' || from === 'resolving'
      return wasFiring ? [{ ...base, severityNumber: INFO, body: `${alert} is no longer firing` }] : []
    }
    if (to !== 'firing' || from === 'resolving') return []
    const firing = byLabels.get(labels)
    if (!firing) return []
    const why = refusalsTo(firing, entry)
    if (isShadowed(why)) return []
    return [{ ...base, severityNumber: WARN, body: explainFiring(firing, why) }]
  })
}

function decisionEvents({ now, decisions }: LedgerEntry): LogEvent[] {
  return decisions.map(({ firing, action, arm }) => ({
    eventName: events.decision,
    timestamp: now,
    severityNumber: INFO,
    body:
      arm === 'act'
        ? `${action.name} is run for ${firing.alert}`
        : `${action.name} is withheld for ${firing.alert}, as a control: what happens without it shows what it does`,
    attributes: {
      [a.alert]: firing.alert,
      [a.actionName]: action.name,
      [a.trialArm]: arm,
      [a.alertValue]: firing.value,
    },
  }))
}

/** The whole text, so that a reader of the log can follow it. */
function adviceEvents({ advised, adopted, now }: LedgerEntry): LogEvent[] {
  return [
    ...advised.map(given => ({
      eventName: events.advice,
      timestamp: given.endedAt,
      severityNumber: given.status === 'completed' ? INFO : WARN,
      body: explainAdvice(given),
      attributes: {
        [a.alert]: given.alert,
        [a.actionName]: given.action,
        [a.actionResult]: given.status,
        ...(given.errorType !== undefined && { [a.errorType]: given.errorType }),
      },
    })),
    ...adopted.map(({ action, alert, what }) => ({
      eventName: events.adopted,
      timestamp: now,
      severityNumber: INFO,
      body: `the advice of ${action} for ${alert} was followed: ${what}`,
      attributes: { [a.alert]: alert, [a.actionName]: action },
    })),
  ]
}

function trialEvents({ ended, verdicts, reverted, breaches }: LedgerEntry): LogEvent[] {
  return [
    ...ended.map(trial => ({
      ...about(trial, events.action, trial.endedAt, { [a.actionResult]: trial.outcome.status }),
      severityNumber: trial.outcome.status === 'completed' ? INFO : WARN,
    })),
    ...verdicts.map(trial => ({
      ...about(trial, events.verdict, trial.judgedAt, { [a.verdict]: trial.verdict }),
      severityNumber: trial.verdict === 'harmful' || breaches.some(({ trial: id }) => id === trial.id) ? WARN : INFO,
    })),
    ...reverted.flatMap(trial => {
      if (!trial.reverted) return []
      const { at, because, result } = trial.reverted
      const attributes = { [a.revertCause]: because, [a.revertResult]: result }
      return { ...about(trial, events.reverted, at, attributes), severityNumber: result === 'failed' ? WARN : INFO }
    }),
  ]
}

/** The error of a run is in our words: of a foreign one only its type and place are known (`describeThrown`). */
function about(trial: Trial, eventName: string, timestamp: number, more: Attributes): Omit<LogEvent, 'severityNumber'> {
  const attributes = {
    [a.actionName]: trial.action,
    [a.alert]: trial.alert,
    [a.trialId]: trial.id,
    [a.trialArm]: trial.arm,
  }
  return {
    eventName,
    timestamp,
    body: bodyOf(trial),
    attributes: { ...attributes, ...more },
  }
}

function bodyOf(trial: Trial): string {
  const outcome = trial.state === 'running' ? undefined : trial.outcome
  return outcome !== undefined && 'error' in outcome
    ? `${trial.id} for ${trial.alert}: ${outcome.status}: ${outcome.error}`
    : explainTrial(withoutErrors(trial))
}

function withoutErrors(trial: Trial): Trial {
  if (trial.state !== 'judged' || !trial.reverted || trial.reverted.result === 'restored') return trial
  const { because, at, from, result } = trial.reverted
  const shown =
    result === 'failed' ? { result, error: 'see the process' } : { result, detail: 'somebody else has changed it' }
  return { ...trial, reverted: { ...shown, because, at, from } }
}

function quarantineEvents({ now, quarantined }: LedgerEntry): LogEvent[] {
  return quarantined.map(({ alert, action, until, reason }) => ({
    eventName: events.quarantined,
    timestamp: now,
    severityNumber: WARN,
    body: `${action} is quarantined for ${alert} until ${new Date(wallTime(until)).toISOString()}: ${reason}`,
    attributes: { [a.alert]: alert, [a.actionName]: action, [a.reason]: reason },
  }))
}

function offerEvents({ now, offers }: LedgerEntry): LogEvent[] {
  return offers.map(({ alert, action, mode, because }) => ({
    eventName: events.offer,
    timestamp: now,
    severityNumber: INFO,
    body: `the evidence speaks for mode ${mode} of ${action} for ${alert}: ${because}; set actionModes to take it`,
    attributes: { [a.alert]: alert, [a.actionName]: action, [a.mode]: mode },
  }))
}

function proofEvent(news: ProofNews): LogEvent {
  return {
    eventName: events.proof,
    timestamp: news.at,
    severityNumber: news.isInOrder === false ? WARN : INFO,
    body: explainProof(news),
    attributes: proofAttributes(news),
  }
}

/** In mode `shadow` Homeostat decides without a word. */
function isShadowed(own: readonly Refusal[]): boolean {
  return own.length > 0 && own.every(({ mode }) => mode === 'shadow')
}
