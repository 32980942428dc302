import type { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadContext } from '../positions/read-context.ts'
import { answering } from './calling-forms.ts'
import type { Callback } from './driver-shapes.ts'

/** Counts the reads that were begun and are not answered yet, by a replica or after it by the primary. */
export class ReadsUnderWay {
  readonly #storage: AsyncLocalStorage<ReadContext>
  #count = 0
  #settled: (() => void)[] = []

  constructor(storage: AsyncLocalStorage<ReadContext>) {
    this.#storage = storage
  }

  /** Answers a read once, see {@link answering}, and counts it until then. */
  answering(
    callback: Callback | undefined,
    store: ReadContext | undefined,
    start: (settle: Callback) => void,
  ): unknown {
    this.#count++
    let isSettled = false
    return answering(callback, store, this.#storage, settle =>
      start((error, result) => {
        if (isSettled) return
        isSettled = true
        this.#end()
        try {
          settle(error, result)
        } catch (thrown) {
          // What a callback throws is the application's, as in pg, and no failure of the read.
          process.nextTick(() => {
            throw thrown
          })
        }
      }),
    )
  }

  /** Settles when each is answered; undefined while there is none. */
  settled(): Promise<void> | undefined {
    return this.#count === 0 ? undefined : new Promise(resolve => void this.#settled.push(resolve))
  }

  #end(): void {
    if (--this.#count > 0) return
    const settled = this.#settled
    this.#settled = []
    for (const settle of settled) settle()
  }
}
