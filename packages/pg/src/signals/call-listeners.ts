import type { Origin } from './origin.ts'

/** One call of a statement that has succeeded. */
export interface ObservedCall {
  readonly text: string
  readonly durationMs: number
  readonly origin: Origin
  /** As the application has set it for the session. */
  readonly searchPath: string | undefined
}

/** Hears of every call while somebody listens; asked for nothing but its length otherwise. */
export class CallListeners {
  readonly #listeners = new Set<(call: ObservedCall) => void>()

  /** Whether anybody listens: nothing is made for a call otherwise. */
  get areThere(): boolean {
    return this.#listeners.size > 0
  }

  add(listener: (call: ObservedCall) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  call(call: ObservedCall): void {
    for (const listener of this.#listeners) listener(call)
  }
}
