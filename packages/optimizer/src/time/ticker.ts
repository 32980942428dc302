import { every } from '@homeostat/signals'
import { steadyNow } from './steady-clock.ts'

/**
 * Calls `tick` every `intervalMs` without keeping the process alive. A blocked loop skips ticks instead of piling them
 * up, as does a tick that is not over yet, and a tick that throws is reported and does not end the ticking.
 */
export class Ticker {
  readonly #tick: (now: number) => void | Promise<unknown>
  readonly #onError: (error: unknown) => void
  readonly #intervalMs: number
  #timer: Disposable | undefined

  constructor(intervalMs: number, tick: (now: number) => void | Promise<unknown>, onError: (error: unknown) => void) {
    this.#intervalMs = intervalMs
    this.#tick = tick
    this.#onError = onError
  }

  start(): void {
    this.#timer ??= every(this.#intervalMs, () => this.#tick(steadyNow()), this.#onError)
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
  }
}
