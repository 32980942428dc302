import { setTimeout as sleep } from 'node:timers/promises'
import { within } from '@homeostat/signals'
import { messageOf } from '../availability.ts'
import { openLoop } from '../load/open-loop.ts'
import type { Schedule } from '../load/schedule.ts'
import type { Trouble } from '../load/troubles.ts'
import { STEPS, TROUBLES } from '../load/troubles.ts'
import type { DemoLane } from './demo-lane.ts'
import { createsIndex } from './operator.ts'
import { Readings } from './readings.ts'
import type { Story } from './story.ts'
import type { Timeline } from './timeline.ts'

const READING_MS = 10_000
const READINGS_MS = 5000
/** A step of the operator takes seconds; one that hangs must not keep the demonstration. */
const STEP_WITHIN_MS = 60_000

/** The parts of a lane that a run needs. */
type RunLane = Pick<DemoLane, 'lane' | 'operator' | 'shop' | 'visitors'>

export interface DemoRunOptions {
  readonly lanes: readonly RunLane[]
  readonly story: Story
  readonly timeline: Timeline
  /** @default {@link TROUBLES} */
  readonly troubles?: readonly Trouble[]
  /** How long a person takes to read the advice, in milliseconds. @default 10000 */
  readonly readingMs?: number
}

/** The demonstration while it runs: load, troubles, readings, and a person who follows the advice that Homeostat gives. */
export class DemoRun {
  readonly #options: DemoRunOptions
  /** The lane of Homeostat, where there is one. */
  readonly #watched: RunLane | undefined
  readonly #readings: Readings
  readonly #missing: string[] = []

  constructor(options: DemoRunOptions) {
    this.#options = options
    this.#watched = options.lanes.find(({ lane }) => lane === 'homeostat')
    this.#readings = new Readings(() => this.#watched?.shop.url)
  }

  /** A line for each step of people that failed. */
  get missing(): readonly string[] {
    return this.#missing
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
    const beside = Promise.all([this.#troubles(during), this.#follow(during), this.#watch(during)])
    // An error beside the load ends it at once, and is the result.
    beside.catch(() => over.abort())
    const visitors = lanes.map(lane => lane.visitors)
    const isOver = (elapsedMs: number): boolean => this.#watched !== undefined && elapsedMs >= leastMs && story.isOver
    const load = openLoop(visits, visitors, during, isOver).finally(() => over.abort())
    const [sent] = await Promise.all([load, beside])
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
    const { timeline, troubles = TROUBLES } = this.#options
    const startedAt = performance.now()
    for (const { atMs, what, step } of troubles) {
      await pause(startedAt + atMs - performance.now(), signal)
      if (signal.aborted) return
      if (step === undefined || (await this.#doInEveryShop(step))) timeline.add('trouble', what)
    }
  }

  /** Resolves to whether it was done; else it says why not. */
  async #doInEveryShop(step: NonNullable<Trouble['step']>): Promise<boolean> {
    const { lanes, timeline } = this.#options
    const failure = await failureOf(() => Promise.all(lanes.map(({ operator }) => operator[step]())))
    if (failure === undefined) return true
    timeline.add('failed', `an operator could not ${STEPS[step]}: ${failure}`)
    this.#missing.push(`expected an operator to ${STEPS[step]}, and that failed: ${failure}`)
    return false
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { story, timeline, readingMs = READING_MS } = this.#options
    while (!signal.aborted) {
      await pause(1000, signal)
      if (story.statements.length === 0) continue
      await pause(readingMs, signal)
      if (signal.aborted || this.#watched === undefined) return
      const { operator } = this.#watched
      const advice = story.statements.find(createsIndex) ?? story.statements[0]!
      const why = await failureOf(() => operator.follow(advice))
      story.followedBy(why === undefined ? { followed: advice } : { why })
      if (why === undefined) timeline.add('person', `a person, not Homeostat, followed the advice: ${advice.statement}`)
      else timeline.add('failed', `a person could not follow the advice: ${why}`)
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

/** Why a step failed; undefined where it did not. It fails alone: what else is promised goes on. */
async function failureOf(step: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await within(STEP_WITHIN_MS, step, () => new Error(`it takes longer than ${STEP_WITHIN_MS / 1000} s`))
    return undefined
  } catch (error) {
    return messageOf(error).split('\n')[0]
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined)
}
