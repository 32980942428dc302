import type { Action } from '../words/action.ts'
import { actionKey } from './lease-key.ts'
import type { FleetState } from '../words/fleet-state.ts'

/** The share of a fleet that may disrupt itself at once. Source: the usual `maxUnavailable: 25%` of Kubernetes Deployments. */
export const DISRUPTED_SHARE = 0.25

/** How many processes of a fleet may be in a disruptive action at once: a quarter, and at least one. */
export function slotsOf(members: number): number {
  return Math.max(1, Math.floor(DISRUPTED_SHARE * members))
}

/** What the fleet has to know of an action. */
export interface FleetAction extends Pick<Action, 'name' | 'scope'> {
  /** Whether it hurts the process while it runs, so that only a part of a fleet may at once. @default false */
  readonly disruptive?: boolean
}

/** Why an action cannot run now because of the others, in one line; undefined when it can. Pure. */
export function refuseByFleet(state: FleetState, action: FleetAction, target?: string): string | undefined {
  const isShared = action.scope === 'shared'
  if (!isShared && !action.disruptive) return undefined
  switch (state.coordinator) {
    case 'none':
      // A process that knows of no others is taken for the only one, but what it shares it may share with strangers.
      return isShared
        ? `it changes what other processes use too, and there is no coordinator: ${state.reason ?? 'none is set'}`
        : undefined
    case 'unreachable':
      return `${isShared ? 'shared' : 'disruptive'} actions wait: ${state.reason}`
    case 'reachable': {
      if (!isShared)
        return state.slotsTaken ? `${state.slots} of ${state.members} processes are disrupted already` : undefined
      const key = actionKey(action.name, target)
      if (state.held.has(key)) return `this process has run it, and no process runs it again until its lease ends`
      return state.taken.has(key) ? `another process runs it or has run it, and its lease has not ended` : undefined
    }
  }
}
