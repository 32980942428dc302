/**
 * What a sampler reports: the longest time the loop was held since the last sample, and how long it waited.
 *
 * @param heldMs - for how long nothing else could run, at most
 * @param idleMs - for how long the loop waited for work, with nothing to do
 */
export type OnSample = (heldMs: number, idleMs: number, nowMs: number) => void

/** Watches the event loop of this thread. */
export interface LoopSampler extends Disposable {
  /** For how long the loop is being held right now, not reported yet, in milliseconds. */
  pendingMs(nowMs: number): number
}

/** One sample in so many milliseconds, however many iterations the loop makes in them. */
export const SAMPLE_MS = 20
