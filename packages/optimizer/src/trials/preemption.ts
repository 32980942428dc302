import { alertKey } from '../words/alert-key.ts'
import { touchedBy, touchesAny } from '../words/action.ts'
import type { Proposal } from '../words/decision.ts'
import type { GateState } from '../decisions/gate.ts'
import { isLasting } from '../verdicts/history.ts'
import type { Runner } from '../actions/runner.ts'
import type { OpenTrial, Trial } from '../words/trial.ts'
import { isOpen, judgementOf } from '../words/trial.ts'
import type { Trials } from './trials.ts'
import type { Judgement } from '../words/verdict.ts'

/**
 * The open trials that give way to a proposal. What is goes before what may come: none does to a preventive response, and of
 * preventive responses all that work on the same resource do.
 */
export function yieldingTo({ firing, response, action }: Proposal, open: readonly OpenTrial[]): readonly OpenTrial[] {
  if (response.preventive || !open.some(isPreventive)) return NONE
  const key = alertKey(firing)
  return open.filter(
    trial =>
      isPreventive(trial) &&
      touchesAny(action, trial.touches) &&
      // Its own course has one trial at a time, also where a reload has just made it reactive.
      !(trial.action === action.name && trial.alertKey === key),
  )
}

const NONE: readonly OpenTrial[] = []

function isPreventive({ response, arm }: OpenTrial): boolean {
  return response.preventive === true && arm !== 'shadow'
}

/** Whether a proposal that waits for its lease gives way to another one. */
export function givesWay(asked: Proposal, to: Proposal): boolean {
  if (!asked.response.preventive || to.response.preventive) return false
  const touched = touchedBy(to.action)
  return touchedBy(asked.action).some(resource => touched.includes(resource))
}

/** What the gates look at for responses to what is: what prevention has spent is no reason to leave alone what has come. */
export function seenFromPresent(state: GateState): GateState {
  // What runs does run, whatever it is for.
  return { ...state, spending: { ...state.spendingOnPresent, running: state.spending.running } }
}

/** What the gates look at as it is once everything has given way to the proposal; mostly nothing has to. */
export function afterYielding(proposal: Proposal, state: GateState, yielding: readonly OpenTrial[]): GateState {
  const isAlone =
    yielding.length === 0 && (state.due.length === 0 || !state.due.some(asked => givesWay(asked, proposal)))
  if (proposal.response.preventive || isAlone) return state
  const running = yielding.filter(trial => trial.state === 'running').length
  return {
    ...state,
    spending: { ...state.spending, running: state.spending.running - running },
    open: state.open.filter(trial => !yielding.includes(trial)),
    due: state.due.filter(asked => !givesWay(asked, proposal)),
    // The runs that are ended for it are no reason to wait; others that have not ended are found again at the next tick.
    ...(running > 0 && { isUnsettled: () => false }),
  }
}

/** What has to end before the proposal can begin, in one line; undefined where all that gives way can end at that moment. */
export function notYetYielded(yielding: readonly OpenTrial[]): string | undefined {
  const trial = yielding.find(each => each.state === 'running' || each.state === 'reverting' || isLasting(each))
  return trial && `${trial.action} is being ${trial.state === 'running' ? 'ended' : 'set back'} for it (${trial.id})`
}

/** What is said of a trial that was ended for a proposal: nothing about its effect. */
export function preemptedBy(alert: string, action: string): Judgement {
  return { verdict: 'inconclusive', reason: `ended for ${action} (${alert} is no forecast any more)` }
}

/** What goes before a preventive proposal that has got its lease by now; undefined when nothing does. */
export function rivalOf(
  proposal: Proposal,
  open: readonly OpenTrial[],
  asked: readonly Proposal[],
): string | undefined {
  if (!proposal.response.preventive) return undefined
  const touched = touchedBy(proposal.action)
  const begun = open.find(
    ({ arm, touches }) => arm !== 'shadow' && touches.some(resource => touched.includes(resource)),
  )
  return begun?.action ?? asked.find(other => givesWay(proposal, other))?.action.name
}

export interface PreemptionOptions {
  readonly trials: Trials
  readonly runner: Runner
}

/** Ends the trials of preventive responses, also those whose action still runs. */
export class Preemption {
  readonly #options: PreemptionOptions
  readonly #preempted: (trial: OpenTrial, judgement: Judgement, now: number) => void
  /** What is said of those that were ended while their action ran. */
  readonly #judgements = new Map<string, Judgement>()

  constructor(options: PreemptionOptions, onPreempted: (trial: OpenTrial, judgement: Judgement, now: number) => void) {
    this.#options = options
    this.#preempted = onPreempted
  }

  end(yielding: readonly OpenTrial[], judgement: Judgement, now: number): void {
    const { trials, runner } = this.#options
    for (const { id } of yielding) {
      const trial = trials.get(id)
      if (!trial || !isOpen(trial) || trial.state === 'reverting') continue
      // What is in force has been judged.
      this.#preempted(trial, trial.state === 'kept' ? judgementOf(trial) : judgement, now)
      if (trial.state !== 'running') continue
      this.#judgements.set(id, judgement)
      runner.abort(trial, judgement.reason)
    }
  }

  /** What is said of a run that was ended by this. */
  judgementOf({ id }: Trial): Judgement | undefined {
    return this.#judgements.get(id)
  }

  delete(id: string): void {
    this.#judgements.delete(id)
  }
}
