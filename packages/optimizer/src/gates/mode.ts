import type { Gate } from '../gate.ts'

export const modeGate: Gate = {
  reason: 'mode',
  refuse: ({ action }, { modeOf }) => {
    const mode = modeOf(action.name)
    return mode === 'act' ? undefined : `mode is ${mode}; in act it would run ${action.name}`
  },
}
