/** Tells the probe where to report and when. Each process of the command inherits it. */
export const PROBE_VARIABLE = 'HOMEOSTAT_DOCTOR_PROBE'
/** Once it is in the folder, probes look at once. */
export const ASK_FILE = 'now'

/** Behind its process id: the probe is there, and will report. */
export const STARTED = 'started'

/** How long a process may take to look at itself. */
export const LONGEST_LOOK_MS = 10_000

export interface ProbeOrder {
  /** A folder of the doctor's user alone. */
  readonly folder: string
  readonly afterMs: number
}
