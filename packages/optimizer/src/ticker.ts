import { steadyNow } from './steady-clock.ts'

/**
 * Calls `tick` every `intervalMs` without keeping the process alive. A blocked loop skips ticks instead of piling them
 * up, and a tick that throws is reported and does not end the ticking.
 */
export class Ticker {
  readonly #tick: (now: number) => void
  readonly #onError: (error: unknown) => void
  readonly #intervalMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(intervalMs: number, tick: (now: number) => void, onError: (error: unknown) => void) {
    this.#intervalMs = intervalMs
    this.#tick = tick
    this.#onError = onError
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      try {
        this.#tick(steadyNow())
      } catch (error) {
        this.#onError(error)
      }
    }, this.#intervalMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
