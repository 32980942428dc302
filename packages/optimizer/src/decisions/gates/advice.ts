import type { Gate, StandingGate } from '../gate.ts'
import { modeOfResponse } from '../../words/mode.ts'
import { killSwitchGate, missingDataGate, prerequisitesGate, warmUpGate } from './gates.ts'

const adviceModeGate: StandingGate = {
  isStanding: true,
  reason: 'mode',
  refuse: ({ response, action }, { modeOf }) => {
    const mode = modeOfResponse(response, modeOf)
    return mode === 'advise' || mode === 'act' ? undefined : `mode is ${mode}; ${action.name} runs in advise and act`
  },
}

const adviceCooldownGate: Gate = {
  reason: 'cooldown',
  refuse: (proposal, { advice }) => advice.cooldownOf(proposal),
}

const adviceBudgetGate: Gate = {
  reason: 'budget',
  refuse: ({ action }, { advice }) => advice.spentOf(action.name),
}

/** Two runs of one action would look at the same things. Its resources do not matter: it changes nothing on them. */
const adviceConflictGate: Gate = {
  reason: 'conflict',
  refuse: ({ action }, { advice, due }) => {
    if (advice.isRunning(action.name)) return `a run of ${action.name} has not ended yet`
    const isDue = due.some(proposal => proposal.action.name === action.name)
    return isDue ? `${action.name} runs for another alert in this tick` : undefined
  },
}

/**
 * What an action that only advises has to pass, in this order. It needs no lease, is never in quarantine, and takes nothing
 * from the budget of actions that change something.
 */
export const adviceGates: readonly Gate[] = [
  killSwitchGate,
  adviceModeGate,
  missingDataGate,
  warmUpGate,
  adviceCooldownGate,
  adviceBudgetGate,
  adviceConflictGate,
  prerequisitesGate,
]
