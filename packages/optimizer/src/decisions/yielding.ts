import { alertKey } from '../words/alert-key.ts'
import { touchedBy, touchesAny } from '../words/action.ts'
import type { Proposal } from '../words/decision.ts'
import type { GateState } from './gate.ts'
import type { OpenTrial } from '../words/trial.ts'
import { isLasting } from '../words/trial.ts'
import type { Judgement } from '../words/verdict.ts'

/**
 * The open trials that yield to a proposal. A present problem comes before a predicted one: every preventive trial on a
 * resource that the proposal touches yields, and none yields to a preventive proposal.
 */
export function yieldingTo({ firing, response, action }: Proposal, open: readonly OpenTrial[]): readonly OpenTrial[] {
  if (response.preventive || !open.some(isPreventive)) return NONE
  const key = alertKey(firing)
  return open.filter(
    trial =>
      isPreventive(trial) &&
      touchesAny(action, trial.touches) &&
      // The same action for the same alert waits for its own trial, also where a reload has just made it reactive.
      !(trial.action === action.name && trial.alertKey === key),
  )
}

const NONE: readonly OpenTrial[] = []

function isPreventive({ response, arm }: OpenTrial): boolean {
  return response.preventive === true && arm !== 'shadow'
}

/** Whether a proposal that waits for its lease yields to another one. */
function givesWay(asked: Proposal, to: Proposal): boolean {
  if (!asked.response.preventive || to.response.preventive) return false
  const touched = touchedBy(to.action)
  return touchedBy(asked.action).some(resource => touched.includes(resource))
}

/** The state of the gates for responses to present problems: what prevention has spent must not block them. */
export function seenFromPresent(state: GateState): GateState {
  // Running actions count against the limit of concurrent runs whatever started them.
  return { ...state, spending: { ...state.spendingOnPresent, running: state.spending.running } }
}

/** The state of the gates as it will be once everything has yielded to the proposal; mostly nothing has to. */
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
    // It need not wait for the runs that are ended for it; others that have not ended are found at the next tick.
    ...(running > 0 && { isUnsettled: () => false }),
  }
}

/** Names the trials that have to end before the proposal can begin, in one line; undefined if all of them can end at once. */
export function notYetYielded(yielding: readonly OpenTrial[]): string | undefined {
  const trial = yielding.find(each => each.state === 'running' || each.state === 'reverting' || isLasting(each))
  return trial && `${trial.action} is being ${trial.state === 'running' ? 'ended' : 'reverted'} for it (${trial.id})`
}

/** The judgement of a trial that was ended for a proposal. It says nothing about the effect. */
export function preemptedBy(alert: string, action: string): Judgement {
  return { verdict: 'inconclusive', reason: `ended for ${action} (${alert} is no longer a forecast)` }
}

/** The action that comes before a preventive proposal whose lease has just been granted; undefined when none does. */
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
