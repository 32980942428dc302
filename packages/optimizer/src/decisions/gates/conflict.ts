import { alertKey } from '../../words/alert-key.ts'
import { touchedBy } from '../../words/action.ts'
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
    const touched = new Set(touchedBy(action))
    const touches = (resource: string): boolean => touched.has(resource)
    const key = alertKey(firing)
    const isSame = (trial: OpenTrial): boolean => trial.action === action.name && trial.alertKey === key
    const other = open.find(trial => trial.arm !== 'shadow' && (trial.touches.some(touches) || isSame(trial)))
    if (other) return `${other.action} on the same resource is not over yet (${other.id})`
    const rival = due.find(proposal => touchedBy(proposal.action).some(touches))
    if (rival) return `${rival.action.name} on the same resource was decided in this tick`
    const raised = action.raises.find(resource => (trouble.get(resource) ?? firing.alert) !== firing.alert)
    return raised && `it raises ${raised}, which ${trouble.get(raised)} wants lowered`
  },
}
