import { adviceText, type AdviceGiven, type StandingAdvice } from '../words/advice-given.ts'
import { explainProof, type ProofNews } from '../words/proof-news.ts'
import { plainNumber } from '../words/plain-numbers.ts'
import type { LedgerEntry } from '../words/ledger-entry.ts'
import type { Standing } from '../verdicts/standing.ts'
import type { Judgement, Life, Sample } from '@homeostat/judge'
import { median } from '@homeostat/judge'
import { wallTime } from '../time/steady-clock.ts'
import { receiptOf, type JudgedTrial, type Trial } from '../words/trial.ts'
import type { Histories } from '../verdicts/histories.ts'
import { lifeInWords } from '../verdicts/life-in-words.ts'
import { explainAdvice } from './advice-line.ts'
import { explainFiring } from './alert-lines.ts'
import { explainAlert, type AlertRecord, type ExplainableAlerts } from './explain-alert.ts'

/** One readable line and everything behind it. */
export interface Explanation {
  readonly line: string
  readonly record: TrialRecord | LedgerEntry | AdviceGiven | StandingAdvice | ProofNews | AlertRecord
}

/** A trial, and what its history says. */
export interface TrialRecord {
  readonly trial: Trial
  /** The judge's word on all trials of the rule and the action. */
  readonly statistics: Judgement | undefined
  readonly standing: Standing
  /** What the number in the verdict is; not for a trial without a verdict. */
  readonly estimand?: string
  /** What all generations together have spent of the error that verdicts may make, and what is left. */
  readonly life: Life
}

/** What `explain` looks into. */
export interface Explainable extends ExplainableAlerts {
  readonly histories: Histories
  /** What was advised and still stands, the latest last. */
  readonly standing: readonly StandingAdvice[]
  /** The latest news of each of the last proofs, the latest proof last. */
  readonly proofs: readonly ProofNews[]
}

/** Answers for a trial's id, that of advice or of a proof, an action (by its latest trial, advice or refusal), the name of a rule or its alert, or the number of a ledger entry. */
export function explain(id: string, known: Explainable): Explanation | undefined {
  const { trials, ledger, histories, advised, standing, proofs } = known
  const trial = trials.get(id) ?? trials.all.findLast(({ action }) => action === id)
  const proof = proofs.findLast(each => each.id === id || each.knob === id)
  // What was tried last with a knob.
  if (proof && proof.startedAt >= (trial?.startedAt ?? -Infinity)) return { line: explainProof(proof), record: proof }
  if (trial) {
    const { statistics, standing, life, estimand, withoutVerdict } = histories.of(trial)
    const record = { trial, statistics, standing, life, ...(estimand !== undefined && { estimand }) }
    const budget = withoutVerdict === undefined ? `; ${lifeInWords(life)}` : ''
    return { line: `${explainTrial(trial)}${budget}`, record }
  }

  const entry = ledger.entries.find(candidate => String(candidate.id) === id)
  if (entry) return { line: explainEntry(entry), record: entry }

  const given = advised.findLast(candidate => candidate.id === id || candidate.action === id)
  if (given) return { line: explainAdvice(given), record: given }

  const refused = ledger.entries.at(-1)?.refusals.find(({ response }) => response?.action === id)
  if (refused)
    return { line: explainFiring(refused.firing, [refused]), record: { firing: refused.firing, refusals: [refused] } }
  // Advice is kept across restarts, its runs are not.
  const kept = standing.findLast(({ action }) => action === id)
  if (kept) return { line: `${id} for ${kept.alert} advises: ${adviceText(kept)}`, record: kept }
  return explainAlert(id, known)
}

/** `cache.warm#1 for CacheHitRatioLow: loaded 500 keys; 0.31 before, 0.93 after (not evidence); inconclusive: ...` */
export function explainTrial(trial: Trial): string {
  const head = `${trial.id} for ${trial.alert}`
  if (trial.state === 'running') return `${head}: running`
  const parts = [doneIn(trial), valuesOf(trial)]
  if (trial.state === 'settling' || trial.state === 'verifying') parts.push(trial.state)
  else {
    // A run that failed is judged by the same error.
    if (trial.reason === parts[0]) parts.shift()
    const isOwn = receiptOf(trial)?.judgement?.reason === trial.reason
    parts.push(`${trial.verdict}${isOwn ? ', as the action has measured itself' : ''}: ${trial.reason}`)
    // They say nothing of what the action has measured.
    parts.push(...trial.blindSpots.map(each => (isOwn ? `its guard beside that: ${each}` : each)))
  }
  if (trial.state === 'kept') parts.push('in force')
  if (trial.state === 'reverting') parts.push(`being reverted (${trial.because})`)
  if (trial.state === 'judged' && trial.reverted) parts.push(revertedIn(trial.reverted))
  return `${head}: ${[...new Set(parts.filter(Boolean))].join('; ')}`
}

function doneIn({ arm, outcome }: Exclude<Trial, { state: 'running' }>): string {
  switch (outcome.status) {
    case 'completed':
      return outcome.receipt.summary
    case 'withheld':
      return arm === 'shadow' ? 'only observed, because of the mode' : 'withheld at random, as a control'
    case 'failed':
    case 'timeout':
    case 'aborted':
      return outcome.error
  }
}

function valuesOf({ before, after }: Trial): string {
  if (before.length === 0) return ''
  const then = after.length === 0 ? '' : `, ${plainNumber(middleOf(after))} after (not evidence)`
  return `${plainNumber(middleOf(before))} before${then}`
}

function revertedIn(reverted: NonNullable<JudgedTrial['reverted']>): string {
  const because = `(${reverted.because})`
  switch (reverted.result) {
    case 'restored':
      return `reverted ${because}`
    case 'superseded':
      return `not reverted ${because}: ${reverted.detail}`
    case 'failed':
      return `could not be reverted ${because}: ${reverted.error}`
  }
}

function middleOf(samples: readonly Sample[]): number {
  return median(samples.map(([, value]) => value))
}

function explainEntry(entry: LedgerEntry): string {
  const { id, now, mode, abridged, firings, refusals, refused, decisions, verdicts } = entry
  const done = [`${decisions.length} decided`, `${verdicts.length} judged`]
  const head = `tick ${id} at ${new Date(wallTime(now)).toISOString()} in mode ${mode}`
  if (abridged === undefined)
    return `${head}: ${[`${firings.length} firing`, `${refusals.length} refused`, ...done].join(', ')}`
  if (abridged === 'to what was done') return `${head}: ${done.join(', ')}; alerts and refusals are not kept any more`
  const began = [`${firings.length} began to fire`, `${refused.length} began to be refused`]
  return `${head}: ${[...began, ...done].join(', ')}; alerts and refusals that went on are not kept any more`
}
