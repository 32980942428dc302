import { BoundedMap } from '@homeostat/signals'

/** The most queues that are kept; an application may make a queue per customer. */
const MOST_QUEUES = 200

/** One value for each name of a job, by queue. The names of a queue are bounded already, see `JobNames`. */
export class ByJobName<T> {
  readonly #make: (queue: string, name: string) => T
  readonly #queues: BoundedMap<string, Map<string, T>>

  /** @param onForgotten - called with each value of a queue that made room for a newer one. @default does nothing */
  constructor(make: (queue: string, name: string) => T, onForgotten: (value: T) => void = () => {}) {
    this.#make = make
    this.#queues = new BoundedMap(MOST_QUEUES, (_, names) => {
      for (const value of names.values()) onForgotten(value)
    })
  }

  /** The value of a name. A new name gets a new value; a known name allocates nothing, since this is called at each run. */
  of(queue: string, name: string): T {
    let names = this.#queues.get(queue)
    if (names === undefined) this.#queues.set(queue, (names = new Map<string, T>()))
    let value = names.get(name)
    if (value === undefined) names.set(name, (value = this.#make(queue, name)))
    return value
  }

  get(queue: string, name: string): T | undefined {
    return this.#queues.get(queue)?.get(name)
  }

  /** All values, also while some are added. */
  *[Symbol.iterator](): Generator<T, void> {
    for (const names of this.#queues.values()) yield* names.values()
  }

  clear(): void {
    this.#queues.clear()
  }
}
