/** The variable that holds the {@link ProbeOrder} as JSON. Each process of the command inherits it. */
export const PROBE_VARIABLE = 'HOMEOSTAT_DOCTOR_PROBE'
/** Probes look at once when the folder contains this file. */
export const ASK_FILE = 'now'

/** The extension of a file named by process id: this process has a probe, which will report. */
export const STARTED = 'started'

/** How long a process may take to look at itself. */
export const LONGEST_LOOK_MS = 10_000

export interface ProbeOrder {
  /** A folder of the doctor's user alone. */
  readonly folder: string
  readonly afterMs: number
}
