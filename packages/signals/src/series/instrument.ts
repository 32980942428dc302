import type { Attributes, HrTime } from '@opentelemetry/api'
import type { MetricDefinition } from '@homeostat/semconv'
import { attributeKey } from './attribute-key.ts'
import { Cells } from './cells.ts'
import { hrTime } from '../metrics/hr-time.ts'
import type { MeterRecorder } from './histogram-series.ts'
import { BUCKETS } from './histogram-series.ts'
import type { Removal, Series, SeriesSeed } from './series.ts'

/** As the specification names it: what came after the cap is counted here instead of being lost. */
const OVERFLOW: Attributes = Object.freeze({ 'otel.metric.overflow': true })

/** How a registry lends room for series to its instruments. */
export interface SeriesBudget {
  /** Takes room for one series; false when there is none left. */
  take(): boolean
  release(): void
  /** Called when a metric is refused room for the first time. */
  onFull(metric: string): void
  /** The present, for a series' start time. */
  startTime(): HrTime
}

type SeriesFactory<S extends Series> = (seed: SeriesSeed, recorder: MeterRecorder) => S

/** One metric and all its series. */
export class Instrument<S extends Series = Series> {
  readonly definition: MetricDefinition
  readonly cells: Cells
  /** Where histogram values also go when the registry is bound to a Meter. */
  readonly recorder: MeterRecorder = { histogram: undefined }
  readonly #series = new Map<string, S>()
  readonly #create: SeriesFactory<S>
  readonly #budget: SeriesBudget
  #overflow: S | undefined
  #dropped: S | undefined
  #list: readonly S[] | undefined
  #isOver = false

  constructor(definition: MetricDefinition, budget: SeriesBudget, create: SeriesFactory<S>) {
    this.definition = definition
    this.cells = new Cells(definition.kind === 'histogram' ? BUCKETS + (definition.buckets?.length ?? 0) + 1 : 1)
    this.#budget = budget
    this.#create = create
  }

  /**
   * The series of one attribute set. Bind it once and keep it: binding hashes the attributes, using it does not.
   *
   * Past the registry's cap every new set of a counter or histogram shares one series with the attribute
   * `otel.metric.overflow`, which stays. Levels are dropped there: they are not exported at all, because the last one
   * that was set would speak for all others.
   *
   * @param startMs - when it began to count, in milliseconds since the epoch: for totals that are kept elsewhere.
   *   @default now
   */
  with(attributes: Attributes = {}, startMs?: number): S {
    const key = attributeKey(attributes)
    const known = this.#series.get(key)
    if (known !== undefined) return known
    if (!this.#budget.take()) return this.#pastTheCap()
    const startTime = startMs === undefined ? undefined : hrTime(startMs)
    const series = this.#make(Object.freeze({ ...attributes }), startTime, ({ start }) => {
      this.#series.delete(key)
      this.#list = undefined
      this.cells.release(start)
      this.#budget.release()
      return true
    })
    this.#series.set(key, series)
    return series
  }

  /** All series, the overflow one last. Listed anew only when one came or went: a collection walks an array. */
  series(): readonly S[] {
    return (this.#list ??= [...this.#series.values(), ...(this.#overflow === undefined ? [] : [this.#overflow])])
  }

  #pastTheCap(): S {
    if (!this.#isOver) {
      // Set first, because the report itself may need a series.
      this.#isOver = true
      this.#budget.onFull(this.definition.name)
    }
    const { kind } = this.definition
    if (kind === 'counter' || kind === 'histogram')
      return (this.#overflow ??= this.#make(OVERFLOW, undefined, () => false))
    if (this.#dropped === undefined) {
      this.#dropped = this.#make(OVERFLOW, undefined, ({ start }) => {
        this.cells.release(start)
        return true
      })
      // A series that has ended takes every value and keeps none.
      this.#dropped.remove()
    }
    return this.#dropped
  }

  #make(attributes: Attributes, startTime: HrTime | undefined, removal: Removal): S {
    this.#list = undefined
    const seed = { attributes, startTime: startTime ?? this.#budget.startTime(), cells: this.cells, removal }
    return this.#create(seed, this.recorder)
  }
}
