import { alertKey } from '../words/alert-key.ts'
import type { AdviceGiven } from '../words/advice-given.ts'
import type { Refusal } from '../words/decision.ts'
import type { Firing, PendingAlert } from '../words/firing.ts'
import type { LedgerEntry } from '../words/ledger-entry.ts'
import { plainDuration, plainNumber } from '../words/plain-numbers.ts'
import type { Trial } from '../words/trial.ts'
import type { Trials } from '../trials/trials.ts'
import { explainAdvice } from './advice-line.ts'
import { refusalText } from './refusal-text.ts'

/** A longer summary of a rule is left to the alert itself. */
const MOST_SUMMARY = 200

/** The trials and the advice that may answer an alert. */
export interface KnownAnswers {
  readonly trials: Trials
  readonly advised: readonly AdviceGiven[]
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

/** The same about an alert that fires in the latest entry, if there is one. */
export function explainLatest(firing: Firing, latest: LedgerEntry | undefined, known: KnownAnswers): string {
  const refusals = latest ? refusalsTo(firing, latest) : []
  return explainFiring(firing, refusals, answersTo(firing, latest ?? { decisions: [] }, known))
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
  { trials, advised }: KnownAnswers,
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
