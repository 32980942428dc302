import type { ChaosRun } from './chaos-run.ts'

/** All runs, in the order of the report. */
export const runs: readonly ChaosRun[] = []
