import { steadyNow } from './steady-clock.ts'

/**
 * Calls `tick` every `intervalMs` without keeping the process alive. A blocked loop skips ticks instead of piling them
 * up, as does a tick that is not over yet, and a tick that throws is reported and does not end the ticking.
 */
export class Ticker {
  readonly #tick: (now: number) => void | Promise<unknown>
  readonly #onError: (error: unknown) => void
  readonly #intervalMs: number
  #timer: NodeJS.Timeout | undefined
  #isTicking = false

  constructor(intervalMs: number, tick: (now: number) => void | Promise<unknown>, onError: (error: unknown) => void) {
    this.#intervalMs = intervalMs
    this.#tick = tick
    this.#onError = onError
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#once(), this.#intervalMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #once(): Promise<void> {
    if (this.#isTicking) return
    this.#isTicking = true
    try {
      await this.#tick(steadyNow())
    } catch (error) {
      this.#onError(error)
    } finally {
      this.#isTicking = false
    }
  }
}
