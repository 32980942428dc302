/** A connection that the application has now. */
export interface Holding {
  /** The name of the pool in telemetry. */
  readonly pool: string
  /** The job or the route that has it: `job NAME of QUEUE`, `route PATTERN`, or `unknown`. */
  readonly holder: string
  /** How long it has been held, in milliseconds. */
  readonly heldMs: number
  /** How long no statement has run on it, in milliseconds; 0 while one runs. */
  readonly silentMs: number
  /** Whether it has been silent for so long that it counts as leaked. */
  readonly isLeaked: boolean
  /** The summary of its last statement, without values. */
  readonly statement?: string
  /** Where it was checked out, if places are captured. */
  readonly place?: string
}
