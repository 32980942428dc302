import type { AdviceGiven } from './advice-given.ts'
import { adviceText } from './advice-given.ts'
import type { Refusal } from './decision.ts'
import type { Firing } from './firing.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import type { Standing } from './instances/standing.ts'
import type { Judgement } from './judge/judgement.ts'
import type { Sample } from './judge/episode.ts'
import { median } from './judge/episode.ts'
import type { JudgedTrial, Trial } from './trial.ts'
import type { Histories } from './histories.ts'
import type { Trials } from './trials.ts'

/** One readable line and everything behind it. */
export interface Explanation {
  readonly line: string
  readonly record:
    | TrialRecord
    | LedgerEntry
    | AdviceGiven
    | { readonly firing: Firing; readonly refusals: readonly Refusal[]; readonly advice?: AdviceGiven }
}

/** A trial, and what its history says. */
export interface TrialRecord {
  readonly trial: Trial
  /** The judge's word on all trials of the rule and the action. */
  readonly statistics: Judgement | undefined
  readonly standing: Standing
}

/** What `explain` looks into. */
export interface Explainable {
  readonly trials: Trials
  readonly ledger: Ledger
  readonly histories: Histories
  /** The latest runs of actions that only advise, oldest first. */
  readonly advised: readonly AdviceGiven[]
}

/** Answers for a trial's id, that of advice or its action, an alert's name, or the number of a ledger entry. */
export function explain(id: string, { trials, ledger, histories, advised }: Explainable): Explanation | undefined {
  const trial = trials.get(id)
  if (trial) {
    const { statistics, standing } = histories.of(trial)
    const record = { trial, statistics, standing }
    return { line: explainTrial(trial), record }
  }

  const entry = ledger.entries.find(candidate => String(candidate.id) === id)
  if (entry) return { line: explainEntry(entry), record: entry }

  const given = advised.findLast(candidate => candidate.id === id || candidate.action === id)
  if (given) return { line: explainAdvice(given), record: given }

  const ofAlert = advised.findLast(candidate => candidate.alert === id)
  const latest = ledger.entries.at(-1)
  const firing = latest?.firings.find(candidate => candidate.alert === id)
  if (!latest || !firing) return ofAlert && { line: `${id} is not firing; ${explainAdvice(ofAlert)}`, record: ofAlert }
  const refusals = latest.refusals.filter(refusal => refusal.firing.alert === id)
  const line = explainFiring(firing, refusals)
  return {
    line: ofAlert ? `${line}. ${explainAdvice(ofAlert)}` : line,
    record: { firing, refusals, ...(ofAlert && { advice: ofAlert }) },
  }
}

/** `cache.warm#1 for CacheHitRatioLow: loaded 500 keys; 0.31 before, 0.93 after (not evidence); inconclusive: ...` */
export function explainTrial(trial: Trial): string {
  const head = `${trial.id} for ${trial.alert}`
  if (trial.state === 'running') return `${head}: running`
  const parts = [doneIn(trial), valuesOf(trial)]
  if (trial.state === 'settling' || trial.state === 'verifying') parts.push(trial.state)
  else parts.push(`${trial.verdict}: ${trial.reason}`, ...trial.blindSpots)
  if (trial.state === 'kept') parts.push('in force')
  if (trial.state === 'reverting') parts.push(`being set back (${trial.because})`)
  if (trial.state === 'judged' && trial.reverted) parts.push(revertedIn(trial.reverted))
  return `${head}: ${parts.filter(Boolean).join('; ')}`
}

function doneIn({ arm, outcome }: Exclude<Trial, { state: 'running' }>): string {
  switch (outcome.status) {
    case 'completed':
      return outcome.receipt.summary
    case 'withheld':
      return arm === 'shadow' ? 'not done, as the mode asks' : 'withheld at random, as a control'
    case 'failed':
    case 'timeout':
    case 'aborted':
      return outcome.error
  }
}

function valuesOf({ before, after }: Trial): string {
  if (before.length === 0) return ''
  const then = after.length === 0 ? '' : `, ${readable(middleOf(after))} after (not evidence)`
  return `${readable(middleOf(before))} before${then}`
}

function revertedIn(reverted: NonNullable<JudgedTrial['reverted']>): string {
  const because = `(${reverted.because})`
  switch (reverted.result) {
    case 'restored':
      return `set back ${because}`
    case 'superseded':
      return `not set back ${because}: ${reverted.detail}`
    case 'failed':
      return `could not be set back ${because}: ${reverted.error}`
  }
}

function middleOf(samples: readonly Sample[]): number {
  return median(samples.map(([, value]) => value))
}

/** `query.optimize#1 for SlowQueries advises: create an index on ..., because ...; run: CREATE INDEX ...` */
export function explainAdvice({ id, alert, status, summary, advice, problems }: AdviceGiven): string {
  const head = `${id} for ${alert}`
  if (status !== 'completed') return `${head} gave no advice: ${summary}`
  const texts = advice.map((one, index) => (advice.length > 1 ? `(${index + 1}) ${adviceText(one)}` : adviceText(one)))
  const said = texts.length > 0 ? ` advises: ${texts.join(' ')}` : ' has nothing to advise'
  return `${head}${said} (${[summary, ...problems].join('; ')})`
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
