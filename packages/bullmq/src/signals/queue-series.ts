import { attributes, metrics } from '@homeostat/semconv'
import type { LevelSeries, Registry } from '@homeostat/signals'
import { ScalingSeries } from '../scaling/scaling-series.ts'
import { states } from './queue-reading.ts'
import type { QueueSource } from './queue-source.ts'

/** The series of all queues of one name. */
export class QueueSeries {
  readonly #jobs: ReadonlyMap<(typeof states)[number], LevelSeries>
  readonly #age: LevelSeries
  readonly #scaling: ScalingSeries

  constructor(registry: Registry, name: string, targetAgeSeconds: number) {
    const jobs = registry.level(metrics.queueJobs)
    const bind = (state: string): LevelSeries =>
      jobs.with({ [attributes.queueName]: name, [attributes.queueJobsState]: state })
    this.#jobs = new Map(states.map(state => [state, bind(state)]))
    this.#scaling = new ScalingSeries(registry, name, targetAgeSeconds)
    this.#age = registry.level(metrics.queueOldestWaitingAge).with({ [attributes.queueName]: name })
  }

  /**
   * Writes what is known. Queues that share the name add up, since the name is all that telemetry says of them.
   * Unknown is left out; that nobody waits is known, and is an age of 0.
   */
  publish(sources: readonly QueueSource[], now: number): void {
    const readings = sources.map(({ reading }) => reading).filter(reading => reading !== undefined)
    this.#scaling.publish(sources)
    for (const [state, series] of this.#jobs) {
      const counts = readings.map(({ jobs }) => jobs[state]).filter(count => count !== undefined)
      if (counts.length === 0) series.clear()
      else series.set(counts.reduce((sum, count) => sum + count, 0))
    }
    const ages = readings
      .filter(({ knowsAge }) => knowsAge)
      .map(({ oldestWaitingSince }) =>
        oldestWaitingSince === undefined ? 0 : Math.max(0, now - oldestWaitingSince) / 1000,
      )
    if (ages.length === 0) this.#age.clear()
    else this.#age.set(Math.max(...ages))
  }

  remove(): void {
    for (const series of this.#jobs.values()) series.remove()
    this.#age.remove()
    this.#scaling.remove()
  }
}
