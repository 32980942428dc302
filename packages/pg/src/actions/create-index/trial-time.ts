import { sleep } from '@homeostat/signals'

/** By which time the phases of a trial are measured. */
export interface TrialTime {
  /** In milliseconds since any moment. */
  now(): number
  /** @throws the reason of `signal` when it aborts first */
  sleep(ms: number, options: { readonly signal: AbortSignal }): Promise<void>
}

/** The time of the process, which no change of the clock moves. */
export const processTime: TrialTime = { now: () => performance.now(), sleep }
