import { setTimeout as sleep } from 'node:timers/promises'
import type { Advice } from 'homeostat'
import { openLoop } from '../load/open-loop.ts'
import type { Schedule } from '../load/schedule.ts'
import { CACHE_EMPTIED_AT_MS, TROUBLES } from '../load/troubles.ts'
import type { DemoLane } from './demo-lane.ts'
import { Readings } from './readings.ts'
import type { Story } from './story.ts'
import type { Timeline } from './timeline.ts'

/** How long a person takes to read the advice. */
const READING_MS = 10_000
const READINGS_MS = 5000

export interface DemoRunOptions {
  readonly lanes: readonly DemoLane[]
  readonly story: Story
  readonly timeline: Timeline
}

/** The demonstration while it runs: load, troubles, readings, and a person who follows the advice that Homeostat gives. */
export class DemoRun {
  readonly #options: DemoRunOptions
  /** The lane of Homeostat, where there is one. */
  readonly #watched: DemoLane | undefined
  readonly #readings: Readings
  followed: Advice | undefined

  constructor(options: DemoRunOptions) {
    this.#options = options
    this.#watched = options.lanes.find(({ lane }) => lane === 'homeostat')
    this.#readings = new Readings(() => this.#watched?.shop.url)
  }

  /**
   * Runs until the schedule is over or the signal aborts; where Homeostat is watched, until the story is over, but not before `leastMs`.
   *
   * @returns how many visits were begun, and how late
   */
  async load(visits: Schedule['visits'], leastMs: number, signal: AbortSignal): ReturnType<typeof openLoop> {
    const { lanes, story } = this.#options
    const over = new AbortController()
    const during = AbortSignal.any([signal, over.signal])
    const beside = [this.#troubles(during), this.#follow(during), this.#watch(during)]
    const visitors = lanes.map(lane => lane.visitors)
    const isOver = (elapsedMs: number): boolean => this.#watched !== undefined && elapsedMs >= leastMs && story.isOver
    const sent = await openLoop(visits, visitors, signal, isOver).finally(() => over.abort())
    await Promise.all(beside)
    return sent
  }

  /** The shop goes on, without new troubles, until the signal aborts. */
  async everyday(schedule: () => Schedule, signal: AbortSignal): Promise<void> {
    const visitors = this.#watched ? [this.#watched.visitors] : []
    const load = async (): Promise<void> => {
      while (!signal.aborted) await openLoop(schedule().visits, visitors, signal)
    }
    await Promise.all([load(), this.#watch(signal)])
  }

  async #troubles(signal: AbortSignal): Promise<void> {
    const { lanes, timeline } = this.#options
    const startedAt = performance.now()
    for (const { atMs, what } of TROUBLES) {
      await pause(startedAt + atMs - performance.now(), signal)
      if (signal.aborted) return
      timeline.add('trouble', what)
      if (atMs === CACHE_EMPTIED_AT_MS) await Promise.all(lanes.map(({ operator }) => operator.emptyProductCache()))
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { story, timeline } = this.#options
    while (!signal.aborted) {
      await pause(1000, signal)
      const advice = story.advice.find(({ statement }) => statement)
      if (!advice) continue
      await pause(READING_MS, signal)
      if (signal.aborted) return
      timeline.add('person', `a person, not Homeostat, follows the advice: ${advice.statement}`)
      if (await this.#watched?.operator.follow(advice)) this.followed = advice
      return
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    let renewAt = 0
    while (!signal.aborted) {
      if (performance.now() >= renewAt) {
        renewAt = performance.now() + READINGS_MS
        // A shop that is too busy to answer shows in the next reading.
        await this.#readings.renew(signal).catch(() => undefined)
      }
      const counts = this.#options.lanes.map(({ lane, visitors: { requests, failures } }) => {
        const failed = failures > 0 ? ` (${failures} failed)` : ''
        return `${lane} ${requests.toLocaleString('en-US')}${failed}`
      })
      this.#options.timeline.progress([...counts, ...this.#readings.parts].join(' | '))
      await pause(1000, signal)
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined)
}
