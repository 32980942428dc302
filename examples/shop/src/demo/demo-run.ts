import { setTimeout as sleep } from 'node:timers/promises'
import type { Advice } from 'homeostat'
import { runLoad } from '../load/load.ts'
import { Visitors } from '../load/visitors.ts'
import type { Operator } from './operator.ts'
import type { DemoOptions } from './options.ts'
import { Readings } from './readings.ts'
import type { ShopProcess } from './shop-process.ts'
import type { Story } from './story.ts'
import type { Timeline } from './timeline.ts'

/** How long a person takes to read the advice. */
const READING_MS = 10_000
const READINGS_MS = 5000

export interface DemoRunOptions {
  readonly shop: ShopProcess
  readonly operator: Operator
  readonly story: Story
  readonly timeline: Timeline
  readonly durationMs: DemoOptions['durationMs']
}

/** The demonstration while it runs: load, troubles, readings, and a person who follows the advice. */
export class DemoRun {
  readonly #options: DemoRunOptions
  readonly #visitors: Visitors
  readonly #readings: Readings
  followed: Advice | undefined

  constructor(options: DemoRunOptions) {
    this.#options = options
    this.#visitors = new Visitors(options.shop.url)
    this.#readings = new Readings(options.shop.url)
  }

  /** Runs until the story is complete, the time is over, or the signal aborts. */
  async troubles(signal: AbortSignal): Promise<void> {
    const { operator, timeline, durationMs, story } = this.#options
    const over = new AbortController()
    const during = AbortSignal.any([signal, over.signal, AbortSignal.timeout(durationMs)])
    const load = runLoad(
      {
        visitors: this.#visitors,
        emptyProductCache: () => operator.emptyProductCache(),
        onTrouble: what => timeline.add('trouble', what),
      },
      during,
    )
    await Promise.all([load, this.#follow(during), this.#watch(during, () => story.isComplete && over.abort())])
  }

  /** The shop goes on, without new troubles, until the signal aborts. */
  async everyday(load: (visitors: Visitors, signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    await Promise.all([load(this.#visitors, signal), this.#watch(signal, () => undefined)])
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { operator, story, timeline } = this.#options
    while (!signal.aborted) {
      await pause(1000, signal)
      const advice = story.advice.find(({ statement }) => statement)
      if (!advice) continue
      await pause(READING_MS, signal)
      if (signal.aborted) return
      timeline.add('person', `a person, not Homeostat, follows the advice: ${advice.statement}`)
      if (await operator.follow(advice)) this.followed = advice
      return
    }
  }

  async #watch(signal: AbortSignal, onTurn: () => void): Promise<void> {
    let renewAt = 0
    while (!signal.aborted) {
      if (performance.now() >= renewAt) {
        renewAt = performance.now() + READINGS_MS
        // A shop that is too busy to answer shows in the next reading.
        await this.#readings.renew(signal).catch(() => undefined)
      }
      const { requests, failures } = this.#visitors
      const failed = failures > 0 ? ` (${failures} failed)` : ''
      this.#options.timeline.progress(`${requests.toLocaleString('en-US')} requests${failed} | ${this.#readings.line}`)
      onTurn()
      await pause(1000, signal)
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => undefined)
}
