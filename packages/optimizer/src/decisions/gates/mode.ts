import type { StandingGate } from '../gate.ts'
import { modeOfResponse } from '../../words/mode.ts'

export const modeGate: StandingGate = {
  isStanding: true,
  reason: 'mode',
  refuse: ({ response, action }, { modeOf }) => {
    const mode = modeOfResponse(response, modeOf)
    if (mode === 'act') return undefined
    // Else somebody looks in vain for what holds it back.
    const whose = modeOf(action.name) === mode ? '' : ' of this response'
    return `mode${whose} is ${mode}; in act it would run ${action.name}`
  },
}
