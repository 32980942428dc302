import type { TrialTime } from '../../../src/actions/create-index/trial-time.ts'

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** A time that passes with each call of a statement, so that no verdict depends on how fast the machine is. */
export class VirtualTime implements TrialTime {
  #now = 0
  readonly #sleepers = new Set<Sleeper>()

  now(): number {
    return this.#now
  }

  /** @throws the reason of `signal` when it aborts first */
  sleep(ms: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const sleeper = { until: this.#now + ms, wake: resolve }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', () => this.#sleepers.delete(sleeper) && reject(signal.reason), { once: true })
    })
  }

  /** A call more. */
  pass(ms = 1): void {
    this.#now += ms
    for (const sleeper of this.#sleepers)
      if (sleeper.until <= this.#now && this.#sleepers.delete(sleeper)) sleeper.wake()
  }
}
