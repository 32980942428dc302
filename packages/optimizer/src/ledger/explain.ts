import type { AdviceGiven } from '../words/advice-given.ts'
import { explainProof, type ProofNews } from '../words/proof-news.ts'
import { adviceText } from '../words/advice-given.ts'
import type { Refusal } from '../words/decision.ts'
import type { Firing, PendingAlert } from '../words/firing.ts'
import { plainDuration, plainNumber } from '../words/plain-numbers.ts'
import { refusalText } from './refusal-text.ts'
import type { LedgerEntry } from '../words/ledger-entry.ts'
import type { Ledger } from './ledger.ts'
import type { Standing } from '../verdicts/standing.ts'
import type { Judgement, Life, Sample } from '@homeostat/judge'
import { median } from '@homeostat/judge'
import { receiptOf, type JudgedTrial, type Trial } from '../words/trial.ts'
import type { Histories } from '../verdicts/histories.ts'
import { lifeInWords } from '../verdicts/life-in-words.ts'
import type { Trials } from '../trials/trials.ts'
import { alertKey } from '../words/alert-key.ts'

/** A longer summary of a rule is left to the alert itself. */
const MOST_SUMMARY = 200

/** One readable line and everything behind it. */
export interface Explanation {
  readonly line: string
  readonly record:
    | TrialRecord
    | LedgerEntry
    | AdviceGiven
    | ProofNews
    | { readonly firing: Firing; readonly refusals: readonly Refusal[]; readonly advice?: AdviceGiven }
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
export interface Explainable {
  readonly trials: Trials
  readonly ledger: Ledger
  readonly histories: Histories
  /** The latest runs of actions that only advise, oldest first. */
  readonly advised: readonly AdviceGiven[]
  /** The latest news of each of the last proofs, the latest proof last. */
  readonly proofs: readonly ProofNews[]
}

/** Answers for a trial's id, that of advice or of a proof, an action (by its latest trial, advice or refusal), an alert's name, or the number of a ledger entry. */
export function explain(id: string, known: Explainable): Explanation | undefined {
  const { trials, ledger, histories, advised, proofs } = known
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

  const ofAlert = advised.findLast(candidate => candidate.alert === id)
  const latest = ledger.entries.at(-1)
  const refused = latest?.refusals.find(({ response }) => response?.action === id)
  if (refused)
    return { line: explainFiring(refused.firing, [refused]), record: { firing: refused.firing, refusals: [refused] } }
  const firing = latest?.firings.find(candidate => candidate.alert === id)
  if (!latest || !firing) return ofAlert && { line: `${id} is not firing; ${explainAdvice(ofAlert)}`, record: ofAlert }
  const refusals = latest.refusals.filter(refusal => refusal.firing.alert === id)
  const line = explainFiring(firing, refusals, answersTo(firing, latest, { trials, advised: [] }))
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

/** `query.optimize#1 for SlowQueries advises: create an index on ..., because ...; run: CREATE INDEX ...` */
export function explainAdvice({ id, alert, status, summary, advice, problems }: AdviceGiven): string {
  const head = `${id} for ${alert}`
  if (status !== 'completed') return `${head} gave no advice: ${summary}`
  const texts = advice.map((one, index) => (advice.length > 1 ? `(${index + 1}) ${adviceText(one)}` : adviceText(one)))
  const said = texts.length > 0 ? ` advises: ${texts.join(' ')}` : ' has no advice'
  return `${head}${said} (${[summary, ...problems].join('; ')})`
}

/**
 * `CacheHitRatioLow is firing (value 0.31): cache.warm rests: 40 s of cooldown left`
 *
 * @param answers - see {@link answersTo}. Left out: only what was refused is known
 */
export function explainFiring(firing: Firing, refusals: readonly Refusal[], answers?: readonly string[]): string {
  // Several responses may be refused for one reason.
  const why = [...new Set([...(answers ?? []), ...refusals.map(refusalText)])]
  // A proposal that passed every gate in this tick has begun; its trial opens when its lease is granted.
  if (answers && why.length === 0) why.push('its response has begun')
  return [`${firing.alert} is firing (${shownValue(firing)})`, ...(why.length > 0 ? [why.join('; ')] : [])].join(': ')
}

/** Grouped once per entry: a thousand alerts may each ask, and each of them may have been refused. */
const refusalsOfEntry = new WeakMap<LedgerEntry, ReadonlyMap<Firing, readonly Refusal[]>>()

/** Why nothing was done about a firing alert of an entry. Asking for each alert of an entry takes linear time in all. */
export function refusalsTo(firing: Firing, entry: LedgerEntry): readonly Refusal[] {
  let groups = refusalsOfEntry.get(entry)
  if (groups === undefined) {
    const byFiring = new Map<Firing, Refusal[]>()
    for (const refusal of entry.refusals) {
      const group = byFiring.get(refusal.firing)
      if (group) group.push(refusal)
      else byFiring.set(refusal.firing, [refusal])
    }
    refusalsOfEntry.set(entry, (groups = byFiring))
  }
  return groups.get(firing) ?? []
}

/** What was done about a firing alert: its open trials, what was decided in this tick, and the latest advice for it. */
export function answersTo(
  firing: Firing,
  { decisions }: Pick<LedgerEntry, 'decisions'>,
  { trials, advised }: { readonly trials: Trials; readonly advised: readonly AdviceGiven[] },
): string[] {
  const key = alertKey(firing)
  const open = trials.open.filter(trial => trial.alertKey === key)
  const begun = open.map(trial => `${trial.id} ${STATES[trial.state](trial.arm)}`)
  const decided = decisions
    .filter(
      decision => alertKey(decision.firing) === key && !open.some(({ action }) => action === decision.action.name),
    )
    .map(({ action, arm }) => `${action.name} ${arm === 'act' ? 'was run in this tick' : 'was withheld in this tick'}`)
  const advice = advised.findLast(given => given.alert === firing.alert && alertKey(given) === key)
  return [...begun, ...decided, ...(advice ? [explainAdvice(advice)] : [])]
}

const STATES: Readonly<Record<Exclude<Trial['state'], 'judged'>, (arm: Trial['arm']) => string>> = {
  running: () => 'is running',
  settling: arm => `${DONE[arm]}, and its effect is awaited`,
  verifying: arm => `${DONE[arm]}, and its effect is being measured`,
  kept: () => 'is in force',
  reverting: () => 'is being reverted',
}

const DONE: Readonly<Record<Trial['arm'], string>> = {
  act: 'was run',
  control: 'was withheld at random, as a control',
  shadow: 'is only observed, because of the mode',
}

/** `QueueBacklog is pending (value 1,240): it fires in 12 s if its condition holds until then` */
export function explainPending(pending: PendingAlert, now: number): string {
  const { alert, firesAt, heldBackSince } = pending
  const head = `${alert} is pending (${shownValue(pending)})`
  if (heldBackSince !== undefined)
    return `${head}: its condition holds, but it has fired and ended too often in the last hour; it fires within the hour if its condition holds until then`
  if (firesAt <= now) return `${head}: it fires when its condition has held at half of the evaluations`
  return `${head}: it fires in ${plainDuration(firesAt - now)} if its condition holds until then`
}

/** The rule's own words, which know the unit, else the number. */
function shownValue({ annotations: { summary }, value }: Firing): string {
  const isShort = summary !== undefined && summary !== '' && summary.length <= MOST_SUMMARY
  return isShort ? summary : `value ${plainNumber(value)}`
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
