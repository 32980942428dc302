import type { LabelMatch } from '../words/ast.ts'
import { HistogramHandle } from './histogram-handle.ts'
import { Labels, METRIC_NAME } from '../words/labels.ts'
import { spellings, underscoreLabels } from '../words/names.ts'
import { RingMemory } from './ring-memory.ts'
import { SelectionIndex } from './selection-index.ts'
import type { Selection } from './selection.ts'
import type { SeriesDescriptor } from '../words/series-descriptor.ts'
import { SeriesHandle } from './series-handle.ts'
import { Series } from './series.ts'

/** Options of {@link createStore}. */
export interface StoreOptions {
  /** How long a series stays visible after its newest sample. @default 300000, 5 minutes, as in Prometheus */
  readonly lookbackMs?: number
  /** Expected time between samples; sizes the rings, which hold up to twice as many. @default 5000 */
  readonly intervalMs?: number
  /** Series kept at most; further ones are refused and counted. @default 10000 */
  readonly maxSeries?: number
  /** Memory of all rings together; beyond it rings stop growing and new series are refused. @default 67108864, 64 MiB */
  readonly maxBytes?: number
  /**
   * `selected` stores only series that some expression selects; `all` stores everything for {@link StoreOptions.retentionMs}.
   * @default 'selected'
   */
  readonly keep?: 'selected' | 'all'
  /** How far back `keep: 'all'` reaches. @default 3600000, 1 hour */
  readonly retentionMs?: number
  /** Step of a subquery that names none (`[1h:]`), as Prometheus takes its evaluation interval. @default `intervalMs` */
  readonly subqueryStepMs?: number
  /** Samples one evaluation may touch, and steps of subqueries; beyond it the evaluation fails. @default 5000000 */
  readonly maxSamples?: number
  /**
   * What the wall clock shows at a time of the samples, in milliseconds since the epoch. Samples may be dated by a clock that
   * nobody sets; `time()`, `timestamp()`, dates and `@` read the clock on the wall all the same.
   * @default the same time
   */
  readonly wallTime?: (timeMs: number) => number
  /** Work that one evaluation may take, in milliseconds; rests do not count. Beyond it the evaluation fails. @default no limit */
  readonly evaluationTimeoutMs?: number
  /** Called once per reason when a limit is reached. @default nothing is called */
  readonly onWarning?: (message: string) => void
}

/** Counts since the store was created, and its present size. */
export interface StoreStats {
  readonly series: number
  readonly bytes: number
  /** What the present series will take once their windows are full; known before it happens. */
  readonly plannedBytes: number
  readonly selections: number
  readonly outOfOrder: number
  readonly duplicates: number
  /** Series refused because a limit was reached. */
  readonly refusedSeries: number
  readonly evictedSeries: number
  /** Samples overwritten although an expression could still have asked for them. */
  readonly truncatedSamples: number
  /** Samples forgotten because the clock jumped back to before them. */
  readonly rewoundSamples: number
}

type Limits = Required<Omit<StoreOptions, 'onWarning' | 'subqueryStepMs' | 'wallTime'>>

const DEFAULTS: Limits = {
  lookbackMs: 300_000,
  intervalMs: 5000,
  maxSeries: 10_000,
  maxBytes: 64 * 1024 * 1024,
  keep: 'selected',
  retentionMs: 3_600_000,
  maxSamples: 5_000_000,
  evaluationTimeoutMs: Infinity,
}

/** The series that expressions select, each in a bounded ring. See {@link createStore}. */
export class Store {
  readonly lookbackMs: number
  readonly subqueryStepMs: number
  readonly maxSamples: number
  /** See {@link StoreOptions.wallTime}. */
  readonly wallTime: (timeMs: number) => number
  readonly evaluationTimeoutMs: number
  readonly #options: Limits
  readonly #onWarning: ((message: string) => void) | undefined
  readonly #memory: RingMemory
  readonly #series = new Map<string, Series>()
  readonly #selections = new SelectionIndex()
  readonly #warned = new Set<string>()
  /** The series that were lent a sample; undefined while samples stay. */
  #lent: Series[] | undefined
  #generation = 0
  #counts = { outOfOrder: 0, duplicates: 0, refusedSeries: 0, evictedSeries: 0, truncatedSamples: 0, rewoundSamples: 0 }

  constructor(options: StoreOptions = {}) {
    const { onWarning, subqueryStepMs, wallTime = timeMs => timeMs, ...limits } = options
    this.wallTime = wallTime
    this.#options = { ...DEFAULTS, ...limits }
    this.#onWarning = onWarning
    const { lookbackMs, maxSamples, maxBytes, intervalMs, evaluationTimeoutMs } = this.#options
    this.lookbackMs = lookbackMs
    this.maxSamples = maxSamples
    this.evaluationTimeoutMs = evaluationTimeoutMs
    this.subqueryStepMs = subqueryStepMs ?? intervalMs
    this.#memory = new RingMemory(maxBytes, intervalMs, shortage => {
      const short = 'keeps fewer samples than some window needs'
      if (shortage === 'bytes') this.#warn(`${short}, more than ${maxBytes} bytes (maxBytes)`)
      else this.#warn(`${short}, they come more often than twice in ${intervalMs} ms (intervalMs)`, 'lower intervalMs')
    })
  }

  /** Rises whenever a new selection may want series that were refused before; handles ask again then. */
  get generation(): number {
    return this.#generation
  }

  /** Where the samples are; for the plans of expressions. */
  get memory(): RingMemory {
    return this.#memory
  }

  get stats(): StoreStats {
    let plannedBytes = 0
    let { truncatedSamples } = this.#counts
    for (const series of this.#series.values()) {
      plannedBytes += this.#memory.plannedBytes(series.retentionMs)
      truncatedSamples += series.truncated
    }
    return {
      ...this.#counts,
      truncatedSamples,
      plannedBytes,
      bytes: this.#memory.bytes,
      series: this.#series.size,
      selections: this.#selections.size,
    }
  }

  /** Registers interest in the series the matchers mean, for `windowMs` back; called when an expression is bound. */
  want(matches: readonly LabelMatch[], windowMs: number): Selection {
    const { selection, made } = this.#selections.of(matches)
    const further = selection.hold(windowMs)
    if (made) {
      this.#generation += 1
      for (const series of this.#series.values()) if (selection.wants(series)) selection.add(series)
    }
    if (!made && !further) return selection
    for (const series of selection.series)
      series.retentionMs = Math.max(series.retentionMs, this.#retention(selection.windowMs))
    return selection
  }

  /** Ends an interest; series that nobody else wants are forgotten at once. Called when an expression is disposed of. */
  release(selection: Selection, windowMs: number): void {
    const unheld = selection.release(windowMs)
    if (unheld) this.#selections.delete(selection)
    const gone: Series[] = []
    for (const series of selection.series) {
      const wanting = this.#selections.wanting(series)
      if (wanting.length === 0 && this.#options.keep === 'selected') gone.push(series)
      else series.retentionMs = this.#retentionFor(wanting)
    }
    if (unheld) selection.clear()
    // No other selection has them, so none is looked through: ten thousand rules may go, one after the other.
    this.#forget(gone)
  }

  /** A handle for one series; resolve it once, then append through it. It costs nothing while nobody selects the series. */
  series(descriptor: SeriesDescriptor): SeriesHandle {
    const labels = underscoreLabels(descriptor.labels ?? {})
    if (descriptor.scope !== undefined) {
      labels.set('otel_scope_name', descriptor.scope.name)
      if (descriptor.scope.version !== undefined) labels.set('otel_scope_version', descriptor.scope.version)
    }
    const names = spellings(descriptor)
    labels.set(METRIC_NAME, names[0] ?? descriptor.name)
    return new SeriesHandle(this, Labels.from(labels), names)
  }

  /**
   * A handle for a classic histogram, stored as its `_bucket{le}`, `_sum` and `_count` series.
   *
   * @param bounds explicit upper bounds without `+Inf`, as in an OpenTelemetry histogram point.
   */
  histogram(descriptor: SeriesDescriptor, bounds: readonly number[]): HistogramHandle {
    return new HistogramHandle(this, descriptor, bounds)
  }

  /** Finds or creates the stored series, or `undefined` when nobody wants it or a limit is reached. For handles. */
  resolve(labels: Labels, names: readonly string[]): Series | undefined {
    const known = this.#series.get(labels.key)
    if (known !== undefined) return known
    const wanting = this.#selections.wanting({ labels, spellings: names })
    const { keep, maxSeries, maxBytes } = this.#options
    if (wanting.length === 0 && keep === 'selected') return undefined
    if (this.#series.size >= maxSeries) return this.#refuse(`more than ${maxSeries} series (maxSeries)`)
    const ring = this.#memory.take()
    if (ring === undefined) return this.#refuse(`more than ${maxBytes} bytes (maxBytes)`)
    const series = new Series(labels.key, labels, names, ring, this.#retentionFor(wanting))
    this.#series.set(labels.key, series)
    for (const selection of wanting) selection.add(series)
    return series
  }

  /** Appends on behalf of a handle and counts what was ignored. */
  append(series: Series, timeMs: number, value: number, stale: boolean): void {
    const memory = this.#memory
    if (this.#lent && !stale) {
      if (series.lend(timeMs, value, memory) === 'stored') this.#lent.push(series)
      return
    }
    const result = stale ? series.markStale(timeMs, memory) : series.append(timeMs, value, memory)
    if (result === 'out_of_order') this.#counts.outOfOrder += 1
    else if (result === 'duplicate') this.#counts.duplicates += 1
  }

  /**
   * Until {@link takeBack}, samples that are appended can be read but do not stay, at most one for each series. They serve a look
   * between two evaluations of rules: `count_over_time` of a rule must not depend on who has looked.
   */
  lend(): void {
    this.takeBack()
    this.#lent = []
  }

  /** Removes the samples that were appended since {@link lend}. */
  takeBack(): void {
    for (const series of this.#lent ?? []) if (!series.evicted) series.takeBack(this.#memory)
    this.#lent = undefined
  }

  /** Says that a series is gone: it disappears at once instead of after the lookback. */
  markStale(handle: SeriesHandle, timeMs: number): void {
    handle.markStale(timeMs)
  }

  /** Forgets series that no expression can see any more; call it once per evaluation. */
  sweep(nowMs: number): void {
    const gone: Series[] = []
    for (const series of this.#series.values()) {
      // Newer than now: left from before the clock jumped back. They would make every new sample out of order.
      if (series.lastMs > nowMs + this.#options.intervalMs)
        this.#counts.rewoundSamples += series.dropAfter(nowMs, this.#memory)
      if (nowMs - series.lastMs > series.retentionMs) gone.push(series)
    }
    if (gone.length === 0) return
    this.#forget(gone)
    for (const selection of this.#selections) selection.prune()
    this.#counts.evictedSeries += gone.length
  }

  #forget(gone: readonly Series[]): void {
    if (gone.length === 0) return
    for (const series of gone) {
      series.evicted = true
      this.#counts.truncatedSamples += series.truncated
      this.#memory.give(series.ring)
      this.#series.delete(series.identity)
    }
    this.#memory.compact(this.#series.values())
    // Series refused for want of room may come in now.
    this.#generation += 1
  }

  #retention(windowMs: number): number {
    return Math.max(windowMs, this.lookbackMs) + this.#options.intervalMs
  }

  #retentionFor(wanting: readonly Selection[]): number {
    const base = this.#options.keep === 'all' ? this.#options.retentionMs : 0
    return wanting.reduce((longest, selection) => Math.max(longest, this.#retention(selection.windowMs)), base)
  }

  #refuse(reason: string): undefined {
    this.#counts.refusedSeries += 1
    this.#warn(`refused a series, ${reason}`)
  }

  #warn(text: string, remedy = 'raise the limit or select fewer series'): void {
    if (this.#warned.has(text)) return
    this.#warned.add(text)
    this.#onWarning?.(`promql store: ${text}; ${remedy}`)
  }
}

/**
 * Creates an empty store.
 *
 * @example
 * ```ts
 * const store = createStore({ intervalMs: 5_000 })
 * const rules = createRules([{ alert: 'Slow', expr: 'rate(slow_total[1m]) > 1' }], store)
 * const handle = store.series({ name: 'slow', kind: 'counter' })
 * handle.append(now, 12)
 * ```
 */
export function createStore(options?: StoreOptions): Store {
  return new Store(options)
}
