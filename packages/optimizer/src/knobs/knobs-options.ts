import type { Coordinator } from '../words/coordinator.ts'
import type { Knob } from '../words/knob.ts'

/** Options of the keeper of all knobs of a process. */
export interface KnobsOptions {
  readonly knobs: readonly Knob[]
  /** Name of the service: its processes restore each other's knobs. */
  readonly service: string
  /** Where undo journals are kept. @default `HOMEOSTAT_STATE_DIR`, else a folder of the user below the system's temporary files */
  readonly stateDir?: string | undefined
  /** Leases shared knobs; they are not set without one. @default none */
  readonly coordinator?: Coordinator | undefined
  /** A change that is not renewed for this long is taken back. @default 60000 */
  readonly leaseMs?: number
  /** A knob that a person has set is left alone for this long. @default 86400000, a day */
  readonly excludeMs?: number
  /** For one read or set of a knob. @default 2000 */
  readonly timeoutMs?: number
  /** How often changes that other processes left are looked for. @default 1000 */
  readonly sweepMs?: number
  /** Environment variables. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /**
   * Asked right before each set; true stops it. For a flag that a watchdog trips while the event loop is blocked.
   * @default never stopped
   */
  readonly isStopped?: () => boolean
  /** Receives faults of work in the background. @default faults are ignored */
  readonly onFault?: (error: unknown) => void
}
