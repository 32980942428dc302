import type { QueueObject } from './queue-object.ts'
import { isOpen } from './queue-object.ts'

/** Queues or workers of the application while they are open, in the order in which they were first observed. */
export class OpenObjects<T extends QueueObject> {
  // Weak: looking at an object must not keep it, and the connection in it, alive.
  #members: WeakRef<T>[] = []

  add(object: T): void {
    this.#members.push(new WeakRef(object))
  }

  /** Those that are open; closed and collected ones are forgotten. */
  all(): readonly T[] {
    const open: T[] = []
    this.#members = this.#members.filter(member => {
      const object = member.deref()
      if (object === undefined || !isOpen(object)) return false
      open.push(object)
      return true
    })
    return open
  }
}
