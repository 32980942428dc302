import type { Refusal } from './decision.ts'
import type { Firing } from './firing.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import type { Trial } from './trial.ts'
import type { Trials } from './trials.ts'

/** One readable line and everything behind it. */
export interface Explanation {
  readonly line: string
  readonly record: Trial | LedgerEntry | { readonly firing: Firing; readonly refusals: readonly Refusal[] }
}

/** Answers for a trial's id, an alert's name, or the number of a ledger entry. */
export function explain(id: string, trials: Trials, ledger: Ledger): Explanation | undefined {
  const trial = trials.get(id)
  if (trial) return { line: explainTrial(trial), record: trial }

  const entry = ledger.entries.find(candidate => String(candidate.id) === id)
  if (entry) return { line: explainEntry(entry), record: entry }

  const latest = ledger.entries.at(-1)
  const firing = latest?.firings.find(candidate => candidate.alert === id)
  if (!latest || !firing) return undefined
  const refusals = latest.refusals.filter(refusal => refusal.firing.alert === id)
  return { line: explainFiring(firing, refusals), record: { firing, refusals } }
}

/** `cache.warm#1 ran for CacheHitRatioLow (before 0.31): loaded 500 keys; after 0.93; inconclusive: ...` */
export function explainTrial(trial: Trial): string {
  const before = trial.before === undefined ? '' : ` (before ${readable(trial.before)})`
  const head = `${trial.id} for ${trial.alert}${before}`
  if (trial.state === 'running') return `${head}: running`
  const done = trial.outcome.status === 'completed' ? trial.outcome.receipt.summary : trial.outcome.error
  if (trial.state === 'settling') return `${head}: ${done}; settling`
  const after = trial.after === undefined ? '' : `; after ${readable(trial.after)}`
  return `${head}: ${done}${after}; ${trial.verdict}: ${trial.reason}`
}

/** `CacheHitRatioLow fires at 0.31: cache.warm refused by cooldown (...)` */
export function explainFiring(firing: Firing, refusals: readonly Refusal[]): string {
  const why = refusals.map(
    ({ response, reason, detail }) => `${response?.action ?? 'nothing'} refused by ${reason} (${detail})`,
  )
  return `${firing.alert} fires at ${readable(firing.value)}${why.length ? `: ${why.join('; ')}` : ''}`
}

function explainEntry(entry: LedgerEntry): string {
  const counts = [
    `${entry.firings.length} firing`,
    `${entry.decisions.length} decided`,
    `${entry.refusals.length} refused`,
    `${entry.verdicts.length} judged`,
  ]
  return `tick ${entry.id} at ${new Date(entry.now).toISOString()} in mode ${entry.mode}: ${counts.join(', ')}`
}

function readable(value: number): string {
  return String(Number(value.toPrecision(3)))
}
