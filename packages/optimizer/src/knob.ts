/** The values a knob may take. */
export interface Bounds<T> {
  readonly min: T
  readonly max: T
  /** The largest change of one step. */
  readonly step?: T
}

/** A value within bounds that can be read back and set only when nobody else has changed it since. */
export interface Knob<T = number> {
  /** Dotted, e.g. `worker.concurrency`. */
  readonly name: string
  readonly scope: 'process' | 'shared'
  readonly bounds: Bounds<T>
  read(): T | Promise<T>
  /** Sets `next` if the value is still `expected`; false when it is not, because then a human's change wins. */
  compareAndSet(expected: T, next: T): boolean | Promise<boolean>
}
