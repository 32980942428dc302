import { refuseByFleet } from '../../fleet/fleet-state.ts'
import type { Gate } from '../gate.ts'
import { leaseTarget } from '../../fleet/lease-target.ts'

/** What others share is changed by one process at a time, and never more than a part of a fleet is disrupted at once. */
export const leaseGate: Gate = {
  reason: 'lease',
  refuse: ({ firing, action }, { fleet }) => refuseByFleet(fleet, action, leaseTarget(action, firing)),
}
