import { alertKey } from '../../words/alert-key.ts'
import { touchedBy, touchesAny } from '../../words/action.ts'
import type { Action } from '../../words/action.ts'
import type { Gate } from '../gate.ts'
import type { OpenTrial } from '../../words/trial.ts'

/**
 * The effects of two unjudged changes to one resource could not be separated, so the second one waits. An action that
 * raises a resource which has to fall for another firing alert is refused: warming a cache while memory is short would
 * feed the fire.
 */
export const conflictGate: Gate = {
  reason: 'conflict',
  refuse: ({ firing, action }, { open, due, trouble, isUnsettled }) => {
    if (isUnsettled(action)) return 'a run of it, or on the same resource, has not ended'
    const other = open.length > 0 && openTrialOn(open, action, alertKey(firing))
    if (other) return `${other.action} on the same resource is not over yet (${other.id})`
    for (const rival of due)
      if (touchesAny(action, touchedBy(rival.action)))
        return `${rival.action.name} on the same resource was decided in this tick`
    const raised = action.raises.find(resource => (trouble.get(resource) ?? firing.alert) !== firing.alert)
    return raised && `it raises ${raised}, which has to fall for ${trouble.get(raised)}`
  },
}

function openTrialOn(open: readonly OpenTrial[], action: Action, key: string): OpenTrial | undefined {
  return open.find(
    trial =>
      trial.arm !== 'shadow' &&
      (touchesAny(action, trial.touches) || (trial.action === action.name && trial.alertKey === key)),
  )
}
