import { performance } from 'node:perf_hooks'
import type { LoopSampler, OnSample } from './loop-sampler.ts'
import { SAMPLE_MS } from './loop-sampler.ts'

// Taken when loaded: a test's fake timers, which run until none is left, would never come to an end.
const { clearImmediate, setImmediate } = globalThis

/**
 * Measures every iteration of the event loop, without a timer: an unreferenced immediate runs after each poll and neither wakes
 * the loop nor keeps it alive. An iteration's length without the time that libuv waited in it is how long the loop was held.
 *
 * `monitorEventLoopDelay({ samplePerIteration: true })` (Node 24.21 and later, nodejs/node#62935) is not enough for this: it
 * counts callbacks that run within the poll, which are those of sockets and files, only from where a timer was due. Measured
 * on 24.21: 200 ms in the callback of `fs.stat` read as 5 ms. Its first sample also contains the wait before it.
 *
 * Where work precedes a wait and follows it within one iteration, a timer's callback and then a socket's, both count together.
 */
export class IterationSampler implements LoopSampler {
  readonly #onSample: OnSample
  #immediate: NodeJS.Immediate
  #lastMs = performance.now()
  #lastIdleMs = performance.nodeTiming.idleTime
  /** Since the last sample. */
  #longestMs = 0
  #idleMs = 0
  #sampledAt = this.#lastMs

  constructor(onSample: OnSample) {
    this.#onSample = onSample
    this.#immediate = setImmediate(this.#turn).unref()
  }

  pendingMs(nowMs: number): number {
    const waitedMs = performance.nodeTiming.idleTime - this.#lastIdleMs
    return Math.max(this.#longestMs, nowMs - this.#lastMs - waitedMs, 0)
  }

  [Symbol.dispose](): void {
    clearImmediate(this.#immediate)
  }

  readonly #turn = (): void => {
    this.#immediate = setImmediate(this.#turn).unref()
    const now = performance.now()
    const idle = performance.nodeTiming.idleTime
    const waitedMs = idle - this.#lastIdleMs
    const heldMs = now - this.#lastMs - waitedMs
    this.#lastMs = now
    this.#lastIdleMs = idle
    this.#idleMs += waitedMs
    if (heldMs > this.#longestMs) this.#longestMs = heldMs
    if (now - this.#sampledAt >= SAMPLE_MS) this.#sample(now)
  }

  #sample(now: number): void {
    const heldMs = this.#longestMs
    const idleMs = this.#idleMs
    this.#longestMs = 0
    this.#idleMs = 0
    this.#sampledAt = now
    this.#onSample(heldMs, idleMs, now)
  }
}

/** Whether this runtime has what {@link IterationSampler} needs; runtimes other than Node lack one or the other. */
export function canSampleIterations(): boolean {
  const probe = setImmediate(() => {})
  try {
    const { idleTime } = performance.nodeTiming
    return typeof probe.unref === 'function' && Number.isFinite(idleTime)
  } finally {
    clearImmediate(probe)
  }
}
