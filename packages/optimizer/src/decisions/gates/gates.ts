import { describeThrown, ignoreRejection } from '@homeostat/signals'
import { refuseByFleet } from '../../fleet/fleet-state.ts'
import { leaseTarget } from '../../fleet/lease-key.ts'
import { modeOfResponse } from '../../words/mode.ts'
import { plainDuration } from '../../words/plain-numbers.ts'
import type { Proposal } from '../../words/decision.ts'
import type { Gate, StandingGate } from '../gate.ts'
import { budgetGate } from './budget.ts'
import { conflictGate } from './conflict.ts'

export const killSwitchGate: StandingGate = {
  isStanding: true,
  reason: 'kill switch',
  refuse: (_answer, { killSwitch }) => (killSwitch.tripped ? `tripped by ${killSwitch.by}` : undefined),
}

export const modeGate: StandingGate = {
  isStanding: true,
  reason: 'mode',
  refuse: ({ response, action }, { modeOf }) => {
    const mode = modeOfResponse(response, modeOf)
    if (mode === 'act') return undefined
    // The mode of the action alone would not explain the refusal.
    const whose = modeOf(action.name) === mode ? '' : ' of this response'
    return `mode${whose} is ${mode}; in act it would run ${action.name}`
  },
}

/**
 * Missing data proves nothing: the trouble may be over, gone or broken. A value that is infinite or not a number comes from a
 * division by zero: the alert fires, but the value shows neither how bad it is nor whether an action helped.
 */
export const missingDataGate: Gate = {
  reason: 'missing data',
  refuse: ({ firing: { missingSince, keptSince, value } }, { now }) => {
    if (missingSince !== undefined)
      return `the data of the alert has been missing for ${plainDuration(now - missingSince)}`
    if (keptSince !== undefined) return `the condition of the alert has not held for ${plainDuration(now - keptSince)}`
    if (Number.isFinite(value)) return undefined
    const shown = Number.isNaN(value) ? 'not a number' : 'infinite'
    return `its value is ${shown}; require a minimum number of events in the ratio, e.g. "and <denominator> > 0"`
  },
}

/** Just after a start, caches are cold and code is not compiled yet: most trouble of that time passes by itself. */
export const warmUpGate: StandingGate = {
  isStanding: true,
  reason: 'warm-up',
  refuse: (_answer, { now, startedAt, warmUpMs }) => {
    const leftMs = startedAt + warmUpMs - now
    return leftMs > 0 ? `${plainDuration(leftMs)} of warm-up left` : undefined
  },
}

/** An action that harmed, or did nothing again and again, waits until somebody looks at it or a day has passed. */
const quarantineGate: StandingGate = {
  isStanding: true,
  reason: 'quarantine',
  refuse: (answer, { quarantineOf }) => quarantineOf(answer),
}

const cooldownGate: Gate = {
  reason: 'cooldown',
  refuse: (proposal, { cooldownOf }) => cooldownOf(proposal),
}

/** One process at a time changes a shared thing, and only a part of a fleet is disrupted at once. */
const leaseGate: Gate = {
  reason: 'lease',
  refuse: ({ firing, action }, { fleet }) => refuseByFleet(fleet, action, leaseTarget(action, firing)),
}

const LONGEST_REASON = 300

export const prerequisitesGate: Gate = {
  reason: 'prerequisites',
  refuse: (proposal, { unmetOf }) => {
    const unmet = unmetOf(proposal)
    return unmet === undefined ? whyUnready(proposal) : unmet
  },
}

/** Why an action could not be run now, by its own word; undefined when it could. */
export function whyUnready({ action, firing, response }: Proposal): string | undefined {
  try {
    const why: unknown = action.unready?.(firing, response.options)
    if (why === undefined || why === null || why === false) return undefined
    ignoreRejection(why)
    return typeof why === 'string' ? why.slice(0, LONGEST_REASON) : 'its unready() returned no text'
  } catch (error) {
    return `its unready() failed: ${describeThrown(error)}`
  }
}

/**
 * A guard that does not know yet how much its number varies reverts a trial for nothing: 9 of 100 after a quiet minute, by
 * `npm run chaos -- guards`. So the trial begins later. What makes the process safe never waits for that.
 */
const guardsGate: Gate = {
  reason: 'guards',
  refuse: (proposal, { unlearnedOf }) => (proposal.response.priority === 'safety' ? undefined : unlearnedOf(proposal)),
}

/**
 * What a proof has to pass that a person asks for. Its own permission stands for the mode, and it tries again what a quarantine or a cooldown
 * keeps the loop from.
 */
export const proofGates: readonly Gate[] = [
  killSwitchGate,
  warmUpGate,
  budgetGate,
  conflictGate,
  prerequisitesGate,
  guardsGate,
]

/** In the order in which they are asked. */
export const gates: readonly Gate[] = [
  killSwitchGate,
  modeGate,
  missingDataGate,
  warmUpGate,
  quarantineGate,
  cooldownGate,
  budgetGate,
  conflictGate,
  leaseGate,
  prerequisitesGate,
  guardsGate,
]
