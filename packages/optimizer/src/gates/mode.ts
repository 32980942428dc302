import type { Gate } from '../gate.ts'
import { modeOfResponse } from '../mode.ts'

export const modeGate: Gate = {
  reason: 'mode',
  refuse: ({ response, action }, { modeOf }) => {
    const mode = modeOfResponse(response, modeOf)
    return mode === 'act' ? undefined : `mode is ${mode}; in act it would run ${action.name}`
  },
}
