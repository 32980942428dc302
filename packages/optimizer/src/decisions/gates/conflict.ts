import { alertKey } from '../../words/alert-key.ts'
import { touchedBy, touchesAny } from '../../words/action.ts'
import type { Action } from '../../words/action.ts'
import type { Gate } from '../gate.ts'
import type { OpenTrial } from '../../words/trial.ts'

/**
 * Two unjudged changes to one resource could not be told apart, so the second waits. And what raises a resource that
 * another firing alert wants lowered is not done at all: warming a cache while memory is short would feed the fire.
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
    return raised && `it raises ${raised}, which ${trouble.get(raised)} wants lowered`
  },
}

function openTrialOn(open: readonly OpenTrial[], action: Action, key: string): OpenTrial | undefined {
  return open.find(
    trial =>
      trial.arm !== 'shadow' &&
      (touchesAny(action, trial.touches) || (trial.action === action.name && trial.alertKey === key)),
  )
}
