import { createHook } from 'node:async_hooks'
// Imported, because the global one is a getter that every reading of the clock would pay for.
import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { currentWork } from '@homeostat/signals'
import { RunUse } from './run-use.ts'
import { threadCpu, type ThreadCpu } from './thread-cpu.ts'

/** Synchronous work of one job that holds the loop for so long blocks it. */
export const BLOCKED_MS = 10
/** Segments with less than this between them are one hold of the loop: it did not wait in between. */
const SAME_HOLD_MS = 0.2
/** Callbacks that are nested deeper than this are not told apart. */
const DEEPEST = 64
/** One of so many segments is weighed: the heap is read before and after it. */
const SAMPLE_ONE_IN = 32
/** The cost of the hook per callback, and of weighing one segment, in milliseconds, without readings of the CPU time; see `npm run chaos -- bullmq`. */
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
  readonly #cpu: ThreadCpu
  readonly #random: () => number
  readonly #mostCallbacks: number
  readonly #onFull: () => void
  readonly #stack: (RunUse | undefined)[] = Array.from({ length: DEEPEST }, () => undefined)
  #depth = 0
  #isOpen = false
  #openedAt = 0
  #measuredMs = 0
  #current: RunUse | undefined
  #since = 0
  #cpuSince = 0
  #callbacks = 0
  #costMs = 0
  #untilWeighing = 1
  #heapBefore = Number.NaN
  #held: RunUse | undefined
  #heldMs = 0
  #heldUntil = 0

  constructor(options: SegmentsOptions) {
    this.#cpu = options.cpu ?? threadCpu
    this.#random = options.random
    this.#mostCallbacks = options.mostCallbacks
    this.#onFull = options.onFull
  }

  open(now: number): void {
    this.#reset(now)
    this.#callbacks = 0
    this.#costMs = 0
    this.#isOpen = true
    this.#openedAt = now
    this.#hook.enable()
  }

  /** How long windows have been open in all, in milliseconds. */
  measuredMs(now: number): number {
    return this.#isOpen ? this.#measuredMs + now - this.#openedAt : this.#measuredMs
  }

  /** @returns what the window has cost, in milliseconds of CPU */
  close(now: number): number {
    if (!this.#isOpen) return 0
    this.#hook.disable()
    this.#credit(now)
    this.#endHold()
    this.#measuredMs = this.measuredMs(now)
    this.#isOpen = false
    this.#reset(now)
    return this.#costMs + this.#callbacks * CALLBACK_MS
  }

  /** Code of a job begins to run synchronously, inside of whatever runs now. */
  enter(run: RunUse | undefined): void {
    if (!this.#isOpen) return
    const now = performance.now()
    this.#credit(now)
    if (this.#depth < DEEPEST) this.#stack[this.#depth] = this.#current
    this.#depth += 1
    this.#begin(run, now)
    if (run !== undefined && --this.#untilWeighing <= 0) this.#weigh()
  }

  /** It is over, and what ran before goes on. */
  readonly leave = (): void => {
    // The window was opened inside of it.
    if (!this.#isOpen || this.#depth === 0) return
    const now = performance.now()
    this.#credit(now)
    this.#depth -= 1
    this.#begin(this.#depth < DEEPEST ? this.#stack[this.#depth] : undefined, now)
  }

  /** A run is over: what it last held the loop for counts now. */
  ended(run: RunUse): void {
    if (this.#held === run) this.#endHold()
  }

  #before(): void {
    if (!this.#isOpen) return
    if (++this.#callbacks >= this.#mostCallbacks) return this.#onFull()
    const work = currentWork()
    this.enter(work instanceof RunUse && !work.isOver ? work : undefined)
  }

  #begin(run: RunUse | undefined, now: number): void {
    this.#current = run
    this.#since = now
    if (run !== undefined) this.#cpuSince = this.#readCpu()
  }

  #credit(now: number): void {
    const run = this.#current
    if (run === undefined) return
    const ms = now - this.#since
    // Less than the clock says when the thread had to wait for a CPU, and more when other threads of the process were counted.
    run.cpuMs += Math.min(ms, this.#readCpu() - this.#cpuSince)
    if (!Number.isNaN(this.#heapBefore)) this.#weighed(run, ms)
    if (run !== this.#held || this.#since - this.#heldUntil > SAME_HOLD_MS) {
      this.#endHold()
      this.#held = run
    }
    this.#heldMs += ms
    this.#heldUntil = now
  }

  #readCpu(): number {
    this.#costMs += this.#cpu.costMs
    return this.#cpu.read()
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
  #weighed({ owner: use }: RunUse, ms: number): void {
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
