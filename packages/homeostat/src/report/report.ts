import { counted } from '@homeostat/signals'
import type { ForecastPrediction, ForecastTarget } from '@homeostat/forecast/domain'
import type { ActionEvidence, Mode, ProofNews, StallReceipt, StandingAdvice, Trial } from '@homeostat/optimizer'
import { adviceText, explainProof, lifeInWords } from '@homeostat/optimizer/parts'
import type { AlertStatus } from './alert-status.ts'
import type { Finding } from './findings.ts'
import { oneLine } from '../options/one-line.ts'
import type { NamedService } from '../doors/service-name.ts'
import type { UnmatchedRule } from './unmatched-rules.ts'
import type { KeptThing } from '../state/where-kept.ts'
import type { WatchedPackage } from './watched-packages.ts'

/** One trial of the last hours. */
export interface ReportedTrial {
  /** e.g. `cache.warm#3` */
  readonly id: string
  readonly action: string
  readonly alert: string
  readonly arm: Trial['arm']
  readonly state: Trial['state']
  /** What `explain` says of it. */
  readonly line: string
}

/** A block of the event loop in which the lock of a job would have expired, and what the stall guard did. */
export interface ReportedStall extends StallReceipt {
  readonly line: string
}

/** The setter of a knob, e.g. the trial `worker.concurrency#3`. The value of a person is left alone until a time in ISO 8601. */
export type KnobSource =
  | { readonly who: 'the application' }
  | { readonly who: 'a person'; readonly until: string }
  | { readonly who: 'a trial' | 'a proof'; readonly id: string }
  | { readonly who: 'Homeostat' }

/** A value that the loop may set. */
export interface ReportedKnob {
  readonly name: string
  readonly scope: 'process' | 'shared'
  readonly mode: Mode
  /** Whether Homeostat has set it, and not undone that yet. */
  readonly isAdjusted: boolean
  /** Who set its value. */
  readonly setBy: KnobSource
  /** Its bounds. */
  readonly min: number
  readonly max: number
  /** Now, if it is in memory, or Homeostat has set it. */
  readonly value: number | undefined
  /** The actions that set it. */
  readonly actions: readonly string[]
}

/** What {@link Report} holds. */
export interface ReportContent {
  /** When it was written, in ISO 8601. */
  readonly at: string
  readonly version: string
  readonly mode: Mode
  /** The source that stopped all actions; undefined while none has. */
  readonly stoppedBy: string | undefined
  /** Undefined for a service without a name, which shares nothing. */
  readonly service: NamedService | undefined
  readonly watched: readonly WatchedPackage[]
  /** The readers that serve Homeostat too. */
  readonly attachedTo: readonly string[]
  /** The coordinator's name and state, or the reason why the service has no coordinator. */
  readonly coordinator: string
  readonly alerts: readonly AlertStatus[]
  readonly advice: readonly StandingAdvice[]
  /** The last 20; empty where the option `bullmq.stallGuard` is off. */
  readonly stalls: readonly ReportedStall[]
  readonly trials: readonly ReportedTrial[]
  /** The latest of each of the last proofs that a person has run, the latest proof last; its times are those of the clock on the wall. */
  readonly proofs: readonly ProofNews[]
  readonly evidence: readonly ActionEvidence[]
  readonly knobs: readonly ReportedKnob[]
  /** The most probable first. */
  readonly forecasts: readonly (ForecastPrediction & Pick<ForecastTarget, 'expr' | 'unit'>)[]
  readonly kept: readonly KeptThing[]
  readonly findings: readonly Finding[]
  /** The rules that cannot match, because no source has reported a metric that they need. At most 200. */
  readonly unmatchedRules: readonly UnmatchedRule[]
}

/**
 * Everything that Homeostat knows of itself, at one moment. It becomes JSON by `JSON.stringify`, and text by `String()`.
 *
 * @example
 * ```ts
 * console.log(`${h.report()}`)
 * app.get('/homeostat', () => h.report())
 * ```
 */
export interface Report extends ReportContent {
  /** The same for people, over several lines. */
  toString(): string
}

export function createReport(content: ReportContent): Report {
  return { ...content, toString: () => textOf(content) }
}

function textOf(report: ReportContent): string {
  const { version, mode, stoppedBy, service, watched, attachedTo, coordinator } = report
  const head = [
    `Homeostat ${version} in mode ${mode}${stoppedBy === undefined ? '' : `; all actions are stopped by ${stoppedBy}`}`,
    `service: ${service ? `${service.name} (from ${service.source})` : 'no name, so nothing is shared with other processes'}`,
    `attached to: ${attachedTo.join(', ') || 'no reader'}`,
    `coordinator: ${coordinator}`,
  ]
  return [
    ...head.map(oneLine),
    ...part('watched', watched.map(watchedText)),
    ...part(
      'findings',
      report.findings.map(({ text }) => text),
    ),
    ...part('rules without metrics', report.unmatchedRules.map(unmatchedText)),
    ...part(
      'alerts',
      report.alerts.map(({ line }) => line),
    ),
    ...part('advice', report.advice.map(standingText)),
    ...part(
      'blocked jobs',
      report.stalls.map(({ line }) => line),
    ),
    ...part(
      'trials',
      report.trials.map(({ line }) => line),
    ),
    ...(report.proofs.length === 0 ? [] : part('proofs', report.proofs.map(explainProof))),
    ...part('evidence', report.evidence.map(evidenceText)),
    ...part('knobs', report.knobs.map(knobText)),
    ...part(
      'kept',
      report.kept.map(({ what, where }) => `${what}: ${where}`),
    ),
  ].join('\n')
}

function part(title: string, lines: readonly string[]): string[] {
  return [`${title}:${lines.length === 0 ? ' none' : ''}`, ...lines.map(line => `  ${oneLine(line)}`)]
}

function watchedText({ name, isOn, series, seen, notes }: WatchedPackage): string {
  const measured = [`${series} series`, ...seen].join(', ')
  return [`${name}: ${isOn ? measured : 'not measured'}`, ...notes].join('; ')
}

function unmatchedText({ rule, package: name, metrics }: UnmatchedRule): string {
  const from = name === undefined ? '' : ` of ${name}`
  return `${rule}${from}: no source has reported ${metrics.join(', ')} so far`
}

function standingText(advice: StandingAdvice): string {
  const { action, alert, times, adoptedAt } = advice
  const state = adoptedAt === undefined ? `given ${counted(times, 'time')}` : 'adopted'
  return `${action} for ${alert} (${state}): ${adviceText(advice)}`
}

function evidenceText({ alert, action, mode, verdict, reason, quarantine, offer, life }: ActionEvidence): string {
  const more = [
    ...(life.generation > 1 ? [lifeInWords(life)] : []),
    ...(quarantine ? [`in quarantine until ${new Date(quarantine.until).toISOString()}`] : []),
    ...(offer ? [`the evidence speaks for mode ${offer.mode}`] : []),
  ]
  return [`${action} for ${alert}, mode ${mode}: ${verdict}, ${reason}`, ...more].join('; ')
}

function knobText({ name, scope, mode, setBy }: ReportedKnob): string {
  return `${name} (${scope}, mode ${mode})${setterText(setBy)}`
}

function setterText(setBy: KnobSource): string {
  switch (setBy.who) {
    case 'the application':
      return ''
    case 'a person':
      return `, set by a person and left alone until ${setBy.until}`
    case 'Homeostat':
      return ', set by Homeostat now'
    case 'a trial':
    case 'a proof':
      return `, set by ${setBy.id} now`
  }
}
