import type { Gate } from '../gate.ts'
import { isOpen } from '../trial.ts'

/**
 * Two unjudged changes to one resource could not be told apart, so the second waits. And what raises a resource that
 * another firing alert wants lowered is not done at all: warming a cache while memory is short would feed the fire.
 */
export const conflictGate: Gate = {
  reason: 'conflict',
  refuse: ({ firing, action }, { trials, due, trouble, isUnsettled }) => {
    if (isUnsettled(action.name)) return 'its last run has not ended'
    const touched = new Set(action.touches)
    const touches = (resource: string): boolean => touched.has(resource)
    const open = trials.find(trial => isOpen(trial) && trial.arm !== 'shadow' && trial.touches.some(touches))
    if (open) return `${open.action} on the same resource is not judged yet (${open.id})`
    const rival = due.find(other => other.action.touches.some(touches))
    if (rival) return `${rival.action.name} on the same resource was decided in this tick`
    const raised = action.raises.find(resource => (trouble.get(resource) ?? firing.alert) !== firing.alert)
    return raised && `it raises ${raised}, which ${trouble.get(raised)} wants lowered`
  },
}
