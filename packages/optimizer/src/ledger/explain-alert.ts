import type { RuleHealth } from '@homeostat/promql'
import type { AdviceGiven } from '../words/advice-given.ts'
import type { Refusal } from '../words/decision.ts'
import type { Firing, PendingAlert } from '../words/firing.ts'
import { plainDuration } from '../words/plain-numbers.ts'
import { wallTime } from '../time/steady-clock.ts'
import type { Trials } from '../trials/trials.ts'
import { explainAdvice } from './advice-line.ts'
import { answersTo, explainFiring, explainPending, refusalsTo } from './alert-lines.ts'
import type { Ledger } from './ledger.ts'

/** What is behind the explanation of an alert. */
export type AlertRecord =
  | { readonly firing: Firing; readonly refusals: readonly Refusal[]; readonly advice?: AdviceGiven }
  | { readonly pending: PendingAlert; readonly advice?: AdviceGiven }
  | CalmRecord
  | AdviceGiven

/** A rule that raises no alert now. */
export interface CalmRecord {
  readonly calm: RuleHealth['rule']
  /** When one of its alerts ended last, as far as the ledger goes back; in milliseconds since the epoch. */
  readonly endedAt?: number
  readonly advice?: AdviceGiven
}

/** What the explanation of an alert looks into. */
export interface ExplainableAlerts {
  readonly trials: Trials
  readonly ledger: Ledger
  /** The latest runs of actions that only advise, oldest first. */
  readonly advised: readonly AdviceGiven[]
  /** The rules in force, as they are doing. */
  readonly rules: readonly RuleHealth[]
}

/** Answers for the name of an alert, whether it fires, is pending or is calm, and for that of a recording rule; undefined for any other name. */
export function explainAlert(
  name: string,
  { trials, ledger, advised, rules }: ExplainableAlerts,
): { readonly line: string; readonly record: AlertRecord } | undefined {
  const ofAlert = advised.findLast(candidate => candidate.alert === name)
  const advice = ofAlert && { advice: ofAlert }
  const withAdvice = (line: string): string => (ofAlert ? `${line}. ${explainAdvice(ofAlert)}` : line)
  const latest = ledger.entries.at(-1)
  const firing = latest?.firings.find(({ alert }) => alert === name)
  if (latest && firing) {
    const refusals = refusalsTo(firing, latest)
    const answers = answersTo(firing, latest, { trials, advised: [] })
    const line = explainFiring(firing, refusals, [...resolvingOf(firing, refusals, latest.now), ...answers])
    return { line: withAdvice(line), record: { firing, refusals, ...advice } }
  }
  const pending = latest?.pending.find(({ alert }) => alert === name)
  if (latest && pending)
    return { line: withAdvice(explainPending(pending, latest.now)), record: { pending, ...advice } }
  const calm = rules.find(({ rule }) => ('record' in rule ? rule.record : rule.alert) === name)
  if (calm) {
    const endedAt = endOf(name, ledger)
    return {
      line: withAdvice(explainCalm(calm, endedAt)),
      record: { calm: calm.rule, ...(endedAt !== undefined && { endedAt }), ...advice },
    }
  }
  return ofAlert && { line: `${name} is not firing; ${explainAdvice(ofAlert)}`, record: ofAlert }
}

/** An alert goes on for a while after its condition; the refusal for that reason says so as well. */
function resolvingOf({ keptSince }: Firing, refusals: readonly Refusal[], now: number): string[] {
  if (keptSince === undefined || refusals.some(({ reason }) => reason === 'missing data')) return []
  return [`its condition has not held for ${plainDuration(now - keptSince)}, and it ends if that stays so`]
}

/** `QueueBacklog is not firing: max(queue_waiting) > 500 does not hold now; it ended last at 2026-01-01T00:00:00.000Z` */
function explainCalm({ rule, health, lastError }: RuleHealth, endedAt: number | undefined): string {
  const failure = health === 'error' ? `; the rule could not be evaluated: ${lastError?.message ?? 'it failed'}` : ''
  if ('record' in rule) return `${rule.record} records ${rule.expr}${failure}`
  const head = `${rule.alert} is not firing`
  if (health === 'error') return `${head}${failure}`
  const state = health === 'unknown' ? 'has not been evaluated yet' : 'does not hold now'
  const ended = endedAt === undefined ? '' : `; it ended last at ${new Date(endedAt).toISOString()}`
  return `${head}: ${rule.expr} ${state}${ended}`
}

function endOf(name: string, { entries }: Ledger): number | undefined {
  const entry = entries.findLast(({ transitions }) =>
    transitions.some(({ alert, from, to }) => alert === name && to === 'inactive' && from !== 'pending'),
  )
  return entry && wallTime(entry.now)
}
