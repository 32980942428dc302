import { alertKey } from '../alert-key.ts'
import type { Gate } from '../gate.ts'

/** @default of `Response.cooldownMs` */
export const DEFAULT_COOLDOWN_MS = 300_000

export const cooldownGate: Gate = {
  reason: 'cooldown',
  refuse: ({ firing, response, action }, { now, trials }) => {
    const key = alertKey(firing)
    const cooldownMs = response.cooldownMs ?? DEFAULT_COOLDOWN_MS
    const leftMs = trials
      .filter(trial => trial.action === action.name && trial.alertKey === key)
      .reduce((most, trial) => Math.max(most, trial.startedAt + cooldownMs - now), 0)
    return leftMs > 0
      ? `ran ${Math.round((cooldownMs - leftMs) / 1000)} s ago, ${Math.ceil(leftMs / 1000)} s of cooldown left`
      : undefined
  },
}
