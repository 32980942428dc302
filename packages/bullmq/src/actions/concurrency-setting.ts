import { fieldOf } from '@homeostat/signals/options'
import type { WorkerObject } from '../signals/queue-object.ts'

/** The concurrency of a worker, to be read and set while it runs. */
export interface ConcurrencySetting {
  read(): number
  write(value: number): void
}

/**
 * Undefined when the worker does not let its concurrency be set: an assignment to anything but BullMQ's setter would change
 * a property that nobody reads.
 */
export function concurrencyOf(worker: WorkerObject): ConcurrencySetting | undefined {
  const accessor = accessorOf(worker)
  if (accessor?.set === undefined) return undefined
  // BullMQ 5.0 has a setter alone, which writes to `opts`; later ones have both, and leave `opts` as it was given.
  const read = (): unknown => (accessor.get ? worker.concurrency : worker.opts?.concurrency)
  if (!isConcurrency(read())) return undefined
  return {
    read: () => read() as number,
    write(value) {
      worker.concurrency = value
    },
  }
}

/**
 * Lets a worker that is at its limit look for more jobs at once. BullMQ 6 has a queue of promises for that: its `resume()` wakes the
 * main loop by adding a settled one. In BullMQ 5 the loop looks again when a job ends.
 */
export function wakeMainLoop(worker: WorkerObject): void {
  const jobs = fieldOf(worker, 'mainLoopQueue')
  const add = fieldOf(jobs, 'add')
  if (typeof add !== 'function') return
  try {
    Reflect.apply(add, jobs, [Promise.resolve()])
  } catch {
    // It looks again when a job ends, as in BullMQ 5.
  }
}

/** Whether BullMQ takes the value. It takes fractions too: 1.5 lets two jobs run at once. */
function isConcurrency(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1
}

function accessorOf(worker: WorkerObject): PropertyDescriptor | undefined {
  for (let owner: object | null = worker; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, 'concurrency')
    if (descriptor !== undefined) return descriptor
  }
  return undefined
}
