import { after } from '@homeostat/signals'
import type { Probe } from './probe.ts'

/** The least time between two questions to a server. */
const SOON_MS = 10
/** A server that does not answer is asked at least so often. */
const MOST_BACKOFF_MS = 1_000
/** How often the addresses are looked up again. */
const REDIAL_MS = 30_000

/** What one poll needs. */
export interface PollOptions {
  readonly probe: Probe
  readonly ask: () => Promise<void>
  readonly intervalMs: () => number
  readonly now: () => number
  readonly report: (error: unknown) => void
}

/** Asks one server again and again, one question at a time. */
export class Poll {
  readonly #options: PollOptions
  #timer: Disposable | undefined
  #isAsking = false
  #isStopped = false
  /** Somebody waits for the next answer. */
  #isSoon = false
  #failures = 0
  #askedAt = Number.NEGATIVE_INFINITY
  #redialAt: number

  constructor(options: PollOptions) {
    this.#options = options
    this.#redialAt = options.now() + REDIAL_MS
  }

  /** Asks now, unless a question is under way. */
  wake(): void {
    if (this.#isAsking || this.#isStopped) return
    this.#timer?.[Symbol.dispose]()
    this.#isAsking = true
    void this.#run()
  }

  /** Asks soon: at once, or when the last question is old enough. A server that fails is not asked more often. */
  soon(): void {
    if (this.#isSoon || this.#isStopped || this.#failures > 0) return
    this.#isSoon = true
    if (!this.#isAsking) this.#schedule(0)
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.[Symbol.dispose]()
    this.#options.probe.close()
  }

  #schedule(delayMs: number): void {
    this.#timer?.[Symbol.dispose]()
    const untilDueMs = this.#askedAt + SOON_MS - this.#options.now()
    this.#timer = after(Math.max(delayMs, untilDueMs), () => this.wake())
  }

  async #run(): Promise<void> {
    const { probe, ask, intervalMs, now, report } = this.#options
    this.#askedAt = now()
    this.#isSoon = false
    try {
      if (now() > this.#redialAt) {
        this.#redialAt = now() + REDIAL_MS
        probe.drop()
      }
      await ask()
      this.#failures = 0
    } catch (error) {
      // A server that is away is asked less often, and reported once.
      if (this.#failures++ === 0) report(error)
    } finally {
      this.#isAsking = false
      const delayMs = Math.min(MOST_BACKOFF_MS, intervalMs() * 2 ** Math.min(this.#failures, 10))
      if (!this.#isStopped) this.#schedule(this.#isSoon ? 0 : Math.max(intervalMs(), delayMs))
    }
  }
}
