import type { FleetLease } from '../words/coordinator.ts'

/** Whether an action may start, as the fleet says. */
export type Permit =
  | { readonly granted: false; readonly reason: string }
  | {
      readonly granted: true
      /** For a shared action only: its effects check it. */
      readonly lease?: FleetLease
      /** Until when the right lasts, on `performance.now()`: a process that was stopped looks before it goes on. */
      readonly heldUntil: number
      /**
       * To be called once when the action is over. A shared action that did something keeps its lease until that ends, so
       * that no other process does it once more; one that did nothing gives it back. Never rejects.
       */
      end(result: 'acted' | 'nothing'): Promise<void>
    }

export type GrantedPermit = Extract<Permit, { granted: true }>

export const UNCONDITIONAL: GrantedPermit = { granted: true, heldUntil: Infinity, end: async () => {} }

export function refused(reason: string): Permit {
  return { granted: false, reason }
}
