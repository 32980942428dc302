/** The other processes of the service, as far as they are known; decisions read it. */
export type FleetState =
  /** @property reason - why, for people */
  | { readonly coordinator: 'none'; readonly reason?: string }
  | { readonly coordinator: 'unreachable'; readonly name: string; readonly reason: string }
  | {
      readonly coordinator: 'reachable'
      readonly name: string
      /** Processes that live, this one included. */
      readonly members: number
      /** How many of them may be in a disruptive action at once. */
      readonly slots: number
      /** Leases that this process holds. */
      readonly held: ReadonlySet<string>
      /** Leases that somebody else was found to hold a moment ago. */
      readonly taken: ReadonlySet<string>
      /** Whether all slots were found taken a moment ago. */
      readonly slotsTaken: boolean
    }
