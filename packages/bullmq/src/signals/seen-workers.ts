import { OpenObjects } from './open-objects.ts'
import type { WorkerObject } from './queue-object.ts'

/** Receives the workers of the application. */
export interface WorkerListener {
  /** A worker is observed for the first time, and may still be inside of its constructor. */
  seen(worker: WorkerObject): void
  /** The workers are no longer observed. The listener can read them until this returns. */
  ended(): void
}

/** The workers of the application, for the parts that read them. */
export interface Workers {
  /** The open ones, in the order in which they were first observed. */
  open(): readonly WorkerObject[]
  follow(listener: WorkerListener): Disposable
}

/** The workers that were observed. Does not keep them alive. */
export class SeenWorkers implements Workers {
  readonly #listeners = new Set<WorkerListener>()
  #workers = new OpenObjects<WorkerObject>()

  open(): readonly WorkerObject[] {
    return this.#workers.all()
  }

  follow(listener: WorkerListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  add(worker: WorkerObject): void {
    this.#workers.add(worker)
    for (const listener of this.#listeners) listener.seen(worker)
  }

  end(): void {
    for (const listener of this.#listeners) listener.ended()
    this.#workers = new OpenObjects()
  }
}
