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

/** Harm of three times and more is found within six to ten looks. */
const SHORTEST_LOOK_MS = 1000
/** More looks per tick would cost more than they find. */
const MOST_LOOKS = 10

/** Time between looks at the guards of open trials; undefined where ticks are as close as that. */
export function lookMsAt(intervalMs: number): number | undefined {
  if (intervalMs < 2 * SHORTEST_LOOK_MS) return undefined
  return Math.max(SHORTEST_LOOK_MS, Math.ceil(intervalMs / MOST_LOOKS))
}

/** When the loop ticks and looks, and what the first tick waits for. */
export class Rhythm {
  readonly #options: RhythmOptions
  readonly #ticker: Ticker
  /** Runs while trials need it and at no other time. */
  readonly #looker: Ticker | undefined
  #resumed: Promise<unknown> | undefined
  #isOver = false

  constructor(options: RhythmOptions) {
    this.#options = options
    const { intervalMs, faults } = options
    const lookMs = lookMsAt(intervalMs)
    const onError = (error: unknown): void => faults.report('tick', error)
    this.#ticker = new Ticker(intervalMs, () => this.#tick(), onError)
    if (lookMs !== undefined) this.#looker = new Ticker(lookMs, () => this.#look(), onError)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  start(): void {
    // Saved state belongs to a service, whose name the SDK may bring later.
    this.#options.service.onSettled(() => {
      if (!this.#isOver) this.#resumed ??= this.#options.resume()
    })
    // Where the application ticks by itself, nobody looks in between.
    this.#options.optimizer.looks.everyMs = lookMsAt(this.#options.intervalMs)
    this.#ticker.start()
  }

  stop(): void {
    this.#isOver = true
    this.#ticker.stop()
    this.#looker?.stop()
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
    if (this.#isOver) return
    await this.#options.optimizer.tickInSlices(steadyNow())
    this.#startOrStopLooking()
  }

  async #look(): Promise<void> {
    await this.#options.optimizer.looks.lookInSlices(steadyNow())
    this.#startOrStopLooking()
  }

  #startOrStopLooking(): void {
    if (this.#options.optimizer.looks.areNeeded && !this.#isOver) this.#looker?.start()
    else this.#looker?.stop()
  }
}
