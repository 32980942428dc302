import type { JobRun } from '../jobs/job-run.ts'
import { ownConcurrency, type WorkerObject } from '../signals/queue-object.ts'
import type { Ticket } from './admission.ts'
import type { NamedRuns } from './job-demands.ts'

/** The part of a worker's concurrency that waiting jobs may hold; the rest is for light jobs. */
const HELD_SHARE = 0.5

/** A heavy job that waits inside of the call of its processor. */
export interface Waiter {
  readonly run: JobRun
  readonly runs: NamedRuns
  readonly ticket: Ticket
  /** The processor is called. */
  readonly go: () => void
  /** The run ends with an error, and the processor is not called. */
  readonly end: (error: unknown) => void
}

/** The heavy jobs that wait, in the slots of their workers. */
export class Waiters {
  readonly #waiting = new Map<Ticket, Waiter>()
  readonly #slots = new WaitingSlots()

  get size(): number {
    return this.#waiting.size
  }

  /** All of them, also while some leave. */
  [Symbol.iterator](): IterableIterator<Waiter> {
    return this.#waiting.values()
  }

  /**
   * Lets a job wait.
   *
   * @returns the waiter; `left`, which is over when it goes or ends; and whether its worker can spare no slot for it
   */
  add(run: JobRun, runs: NamedRuns, ticket: Ticket): { waiter: Waiter; left: Promise<void>; isOver: boolean } {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const isOver = this.#slots.take(run.worker)
    const waiter: Waiter = {
      run,
      runs,
      ticket,
      go: () => (this.#slots.leave(run.worker), resolve()),
      end: error => (this.#slots.leave(run.worker), reject(error)),
    }
    this.#waiting.set(ticket, waiter)
    return { waiter, left: promise, isOver }
  }

  /** Takes one out, which then has to go or to end; undefined where somebody else has. */
  take(ticket: Ticket): Waiter | undefined {
    const waiter = this.#waiting.get(ticket)
    this.#waiting.delete(ticket)
    return waiter
  }

  /** Takes all out. */
  takeAll(): readonly Waiter[] {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    return all
  }
}

/** How many slots of each worker are held by jobs that wait. */
class WaitingSlots {
  readonly #held = new WeakMap<WorkerObject, number>()

  /** @returns whether they are more now than a worker can spare */
  take(worker: WorkerObject): boolean {
    const held = (this.#held.get(worker) ?? 0) + 1
    this.#held.set(worker, held)
    return held > Math.max(1, Math.floor(ownConcurrency(worker) * HELD_SHARE))
  }

  leave(worker: WorkerObject): void {
    this.#held.set(worker, Math.max(0, (this.#held.get(worker) ?? 1) - 1))
  }
}
