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

  /** Whether anybody listens: nothing is made for a call otherwise. A field, because every query asks for it. */
  areThere = false

  add(listener: (call: ObservedCall) => void): Disposable {
    this.#listeners.add(listener)
    this.areThere = true
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener)
        this.areThere = this.#listeners.size > 0
      },
    }
  }

  call(call: ObservedCall): void {
    for (const listener of this.#listeners) listener(call)
  }
}
