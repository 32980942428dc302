// Imported, because the global one is a getter that every reading of the clock would pay for.
import { performance } from 'node:perf_hooks'

// Taken when loaded: a test's fake timers, which run until none is left, would never come to an end.
const { clearImmediate, setImmediate } = globalThis

/** Below this nobody asks how much of the time was a wait: it is read from the loop, which costs more than the clock. */
const SHORT_MS = 2

/**
 * When the present turn of the event loop has begun. An unreferenced immediate runs after each poll and neither wakes the loop nor keeps it
 * alive; the time that libuv waited is left out.
 */
export class TurnClock implements Disposable {
  readonly #onTurn: (heldMs: number, nowMs: number) => void
  #immediate: NodeJS.Immediate
  #beganMs = performance.now()
  #beganIdleMs = performance.nodeTiming.idleTime

  /** @param onTurn - called at the end of each turn; must not throw */
  constructor(onTurn: (heldMs: number, nowMs: number) => void) {
    this.#onTurn = onTurn
    this.#immediate = setImmediate(this.#turn).unref()
  }

  /** For how long the loop has been busy in the present turn, in milliseconds; at most 2 ms too long. */
  elapsedMs(nowMs: number): number {
    const elapsedMs = nowMs - this.#beganMs
    if (elapsedMs < SHORT_MS) return elapsedMs
    return Math.max(0, elapsedMs - (performance.nodeTiming.idleTime - this.#beganIdleMs))
  }

  [Symbol.dispose](): void {
    clearImmediate(this.#immediate)
  }

  readonly #turn = (): void => {
    this.#immediate = setImmediate(this.#turn).unref()
    const nowMs = performance.now()
    const idleMs = performance.nodeTiming.idleTime
    const heldMs = Math.max(0, nowMs - this.#beganMs - (idleMs - this.#beganIdleMs))
    this.#beganMs = nowMs
    this.#beganIdleMs = idleMs
    this.#onTurn(heldMs, nowMs)
  }
}
