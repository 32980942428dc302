import type { Optimizer } from '@homeostat/optimizer'
import { steadyNow, Ticker } from '@homeostat/optimizer/parts'
import type { Faults } from '@homeostat/signals'
import type { ServiceName } from '../doors/service-name.ts'

export interface RhythmOptions {
  readonly intervalMs: number
  readonly optimizer: Optimizer
  readonly faults: Faults
  readonly service: ServiceName
  /** The attached readers, which may know the service by its resource. */
  readonly readers: Iterable<object>
  /** Takes up what an earlier life has left and learned, as soon as the service has a name; the first tick waits for it. */
  readonly resume: () => Promise<unknown>
  /** Settles when the rules and responses of the options are in force. */
  readonly loaded: Promise<void> | undefined
}

/** When the loop ticks, and what the first tick waits for. */
export class Rhythm {
  readonly #options: RhythmOptions
  readonly #ticker: Ticker
  #resumed: Promise<unknown> | undefined
  #isOver = false

  constructor(options: RhythmOptions) {
    this.#options = options
    const { intervalMs, faults } = options
    this.#ticker = new Ticker(
      intervalMs,
      () => this.#tick(),
      error => faults.report('tick', error),
    )
  }

  get isOver(): boolean {
    return this.#isOver
  }

  start(): void {
    // Saved state belongs to a service, whose name the SDK may bring later.
    this.#options.service.onSettled(() => {
      if (!this.#isOver) this.#resumed ??= this.#options.resume()
    })
    this.#ticker.start()
  }

  stop(): void {
    this.#isOver = true
    this.#ticker.stop()
  }

  /** Settles when what was saved is taken up, or takes too long; at once where nothing was to be taken up yet. */
  get resumed(): Promise<unknown> {
    return this.#resumed ?? Promise.resolve()
  }

  /** The service has the name that it has now, or none. */
  settleService(): void {
    const { readers, service } = this.#options
    for (const reader of readers) service.offer(reader)
    service.settle()
  }

  /** Settles the service and takes up what was saved: a quarantine that was saved counts from the first tick on. */
  async ready(): Promise<void> {
    this.settleService()
    await this.#resumed
  }

  async #tick(): Promise<void> {
    await this.ready()
    await this.#options.loaded
    if (!this.#isOver) await this.#options.optimizer.tickInSlices(steadyNow())
  }
}
