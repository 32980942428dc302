// Imported, because the global one is a getter that every reading of the clock would pay for.
import { performance } from 'node:perf_hooks'
import type { JobUse } from './job-use.ts'
import { threadCpu, type ThreadCpu } from './thread-cpu.ts'

/** The CPU time is read after so many readings' worth of busy time: the readings then cost a thousandth of it. */
const READINGS_APART = 1000

/**
 * Turns the time of segments into CPU time: while the loop is busy, the thread may wait for a CPU that another process has, which is
 * not the cost of a job.
 *
 * The kernel's count is exact when a thread has just been woken, and otherwise up to a tick old. So it is read when the loop comes
 * back from waiting, and the CPU time of the busy time before that is shared out by the lengths of its segments.
 */
export class BusyPeriods {
  readonly #cpu: ThreadCpu
  readonly #leastMs: number
  readonly #touched: JobUse[] = []
  #readMs: number | undefined
  #activeMs = 0
  #busyMs = 0
  #since = 0

  /** @param cpu - the CPU time of the thread. @default that of this thread */
  constructor(cpu: ThreadCpu = threadCpu) {
    this.#cpu = cpu
    this.#leastMs = Math.max(2, cpu.costMs * READINGS_APART)
  }

  /** @returns what the reading has cost, in milliseconds of CPU */
  open(now: number): number {
    this.#since = now
    this.#busyMs = 0
    this.#readMs = this.#cpu.read()
    this.#activeMs = activeMs()
    return this.#cpu.costMs
  }

  /** A job had a segment. */
  add(use: JobUse, ms: number): void {
    if (use.segmentMs === 0) this.#touched.push(use)
    use.segmentMs += ms
  }

  /**
   * The loop was busy until `until`, has waited, and is back now.
   *
   * @returns what a reading has cost, in milliseconds of CPU
   */
  resumed(until: number, now: number): number {
    this.#busyMs += Math.max(0, until - this.#since)
    this.#since = now
    return this.#busyMs < this.#leastMs ? 0 : this.#settle()
  }

  /** @returns what the reading has cost, in milliseconds of CPU */
  close(now: number): number {
    this.#busyMs += Math.max(0, now - this.#since)
    return this.#settle()
  }

  #settle(): number {
    const readMs = this.#cpu.read()
    const active = activeMs()
    // All that the loop did counts on both sides, also what belongs to no job.
    const busyMs = active - this.#activeMs
    const share =
      readMs === undefined || this.#readMs === undefined || busyMs <= 0
        ? 1
        : Math.min(1, Math.max(0, (readMs - this.#readMs) / busyMs))
    this.#activeMs = active
    for (const use of this.#touched) {
      use.cpuMs += use.segmentMs * share
      use.segmentMs = 0
    }
    this.#touched.length = 0
    this.#busyMs = 0
    this.#readMs = readMs
    return this.#cpu.costMs
  }
}

/** How long the event loop has done anything but wait, in milliseconds. */
function activeMs(): number {
  return performance.eventLoopUtilization().active
}
