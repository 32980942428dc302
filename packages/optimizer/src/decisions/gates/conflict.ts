import { alertKey } from '../../words/alert-key.ts'
import { touchedBy, touchesAny } from '../../words/action.ts'
import type { Action } from '../../words/action.ts'
import type { Gate, Trouble } from '../gate.ts'
import { URGENCY, type Response } from '../../words/response.ts'
import type { OpenTrial } from '../../words/trial.ts'

/**
 * The effects of two unjudged changes to one resource could not be separated, so the second one waits. An action that
 * raises a resource which has to fall for another firing alert is refused: warming a cache while memory is short would
 * feed the fire. That holds against an alert that is at least as urgent: a process that runs out of memory is cleaned up
 * however late its event loop is.
 */
export const conflictGate: Gate = {
  reason: 'conflict',
  refuse: ({ firing, response, action }, { open, due, trouble, isUnsettled }) => {
    if (isUnsettled(action)) return 'a run of it, or on the same resource, has not ended'
    const other = open.length > 0 && openTrialOn(open, action, alertKey(firing))
    if (other) return `${other.action} on the same resource is not over yet (${other.id})`
    for (const rival of due)
      if (touchesAny(action, touchedBy(rival.action)))
        return `${rival.action.name} on the same resource was decided in this tick`
    for (const resource of action.raises) {
      const rival = trouble.get(resource)
      if (rival !== undefined && rival.alert !== firing.alert && !hasPrecedence(response, rival))
        return `it raises ${resource}, which has to fall for ${rival.alert}`
    }
    return undefined
  },
}

/** A prevention has precedence over nothing: what it prevents may not come. */
function hasPrecedence({ priority, preventive }: Response, rival: Trouble): boolean {
  return !preventive && URGENCY[priority] < URGENCY[rival.priority]
}

function openTrialOn(open: readonly OpenTrial[], action: Action, key: string): OpenTrial | undefined {
  return open.find(
    trial =>
      trial.arm !== 'shadow' &&
      (touchesAny(action, trial.touches) || (trial.action === action.name && trial.alertKey === key)),
  )
}
