import { createHook } from 'node:async_hooks'
// Imported, because the global one is a getter that every reading of the clock would pay for.
import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { currentWork } from '@homeostat/signals'
import { BusyPeriods } from './busy-periods.ts'
import { JobUse } from './job-use.ts'
import type { ThreadCpu } from './thread-cpu.ts'

/** Synchronous work of one job that holds the loop for so long blocks it. */
export const BLOCKED_MS = 10
/** Segments with less than this between them are one hold of the loop: it did not wait in between. */
const SAME_HOLD_MS = 0.2
/** Callbacks that are nested deeper than this are not told apart. */
const DEEPEST = 64
/** One of so many segments is weighed: the heap is read before and after it. */
const SAMPLE_ONE_IN = 32
/** The cost of the hook per callback, and of weighing one segment, in milliseconds; see `npm run chaos -- bullmq`. */
const CALLBACK_MS = 0.001
const WEIGHING_MS = 0.008

/** Options of `new Segments()`. */
export interface SegmentsOptions {
  /** From 0 to 1. */
  readonly random: () => number
  /** After so many callbacks {@link onFull} is called, which is to close the window. */
  readonly mostCallbacks: number
  readonly onFull: () => void
  /** @default that of this thread */
  readonly cpu?: ThreadCpu
}

/**
 * The synchronous segments of the jobs' work while a window is open: each callback, each continuation after an `await` and the
 * synchronous start of each processor is credited to the job that it belongs to.
 */
export class Segments {
  readonly #hook = createHook({ before: () => this.#before(), after: () => this.leave() })
  readonly #busy: BusyPeriods
  readonly #random: () => number
  readonly #mostCallbacks: number
  readonly #onFull: () => void
  readonly #stack: (JobUse | undefined)[] = Array.from({ length: DEEPEST }, () => undefined)
  #depth = 0
  #isOpen = false
  #current: JobUse | undefined
  #since = 0
  #callbacks = 0
  #costMs = 0
  #untilWeighing = 1
  #heapBefore = Number.NaN
  #held: JobUse | undefined
  #heldMs = 0
  #heldUntil = 0
  /** When the last callback ended. */
  #until = 0

  constructor(options: SegmentsOptions) {
    this.#busy = new BusyPeriods(options.cpu)
    this.#random = options.random
    this.#mostCallbacks = options.mostCallbacks
    this.#onFull = options.onFull
  }

  open(now: number): void {
    this.#reset(now)
    this.#callbacks = 0
    this.#costMs = this.#busy.open(now)
    this.#until = now
    this.#isOpen = true
    this.#hook.enable()
  }

  /** @returns what the window has cost, in milliseconds of CPU */
  close(now: number): number {
    if (!this.#isOpen) return 0
    this.#hook.disable()
    this.#credit(now)
    this.#endHold()
    this.#isOpen = false
    this.#reset(now)
    return this.#costMs + this.#busy.close(now) + this.#callbacks * CALLBACK_MS
  }

  /** Code of a job begins to run synchronously, inside of whatever runs now. */
  enter(use: JobUse | undefined): void {
    if (!this.#isOpen) return
    const now = performance.now()
    this.#credit(now)
    if (this.#depth === 0 && now - this.#until > SAME_HOLD_MS) this.#costMs += this.#busy.resumed(this.#until, now)
    if (this.#depth < DEEPEST) this.#stack[this.#depth] = this.#current
    this.#depth += 1
    this.#current = use
    this.#since = now
    if (use !== undefined && --this.#untilWeighing <= 0) this.#weigh()
  }

  /** It is over, and what ran before goes on. */
  readonly leave = (): void => {
    // The window was opened inside of it.
    if (!this.#isOpen || this.#depth === 0) return
    const now = performance.now()
    this.#credit(now)
    this.#depth -= 1
    this.#current = this.#depth < DEEPEST ? this.#stack[this.#depth] : undefined
    this.#since = now
    this.#until = now
  }

  #before(): void {
    if (!this.#isOpen) return
    if (++this.#callbacks >= this.#mostCallbacks) return this.#onFull()
    const work = currentWork()
    this.enter(work !== undefined && !work.isOver && work.owner instanceof JobUse ? work.owner : undefined)
  }

  #credit(now: number): void {
    const use = this.#current
    if (use === undefined) return
    const ms = now - this.#since
    this.#busy.add(use, ms)
    if (!Number.isNaN(this.#heapBefore)) this.#weighed(use, ms)
    if (use !== this.#held || this.#since - this.#heldUntil > SAME_HOLD_MS) {
      this.#endHold()
      this.#held = use
    }
    this.#heldMs += ms
    this.#heldUntil = now
  }

  #endHold(): void {
    if (this.#held !== undefined && this.#heldMs >= BLOCKED_MS) this.#held.blockedMs += this.#heldMs
    this.#held = undefined
    this.#heldMs = 0
  }

  #weigh(): void {
    this.#untilWeighing = 1 + Math.floor(this.#random() * 2 * SAMPLE_ONE_IN)
    this.#costMs += WEIGHING_MS
    this.#heapBefore = usedBytes()
    this.#since = performance.now()
  }

  /** A segment in which memory was freed cannot be weighed. */
  #weighed(use: JobUse, ms: number): void {
    const bytes = usedBytes() - this.#heapBefore
    this.#heapBefore = Number.NaN
    if (!(bytes >= 0)) return
    use.sampledBytes += bytes
    use.sampledMs += ms
  }

  #reset(now: number): void {
    this.#depth = 0
    this.#current = undefined
    this.#since = now
    this.#heapBefore = Number.NaN
    this.#stack.fill(undefined)
  }
}

function usedBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}
