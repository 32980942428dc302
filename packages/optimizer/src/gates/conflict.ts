import type { Gate } from '../gate.ts'
import { isOpen } from '../trial.ts'

/** Two unjudged changes to one resource could not be told apart, so the second waits. */
export const conflictGate: Gate = {
  reason: 'conflict',
  refuse: ({ action }, { trials, decided, isUnsettled }) => {
    if (isUnsettled(action.name)) return 'its last run has not ended'
    const touched = new Set(action.touches)
    const open = trials.find(trial => isOpen(trial) && trial.touches.some(resource => touched.has(resource)))
    if (open) return `${open.action} on the same resource is not judged yet (${open.id})`
    const rival = decided.find(decision => decision.action.touches.some(resource => touched.has(resource)))
    return rival ? `${rival.action.name} on the same resource was decided in this tick` : undefined
  },
}
