import type { LabelMatch } from './ast.ts'
import { HistogramHandle } from './histogram-handle.ts'
import { Labels, METRIC_NAME } from './labels.ts'
import { spellings, underscoreLabels } from './names.ts'
import { Selection } from './selection.ts'
import type { SeriesDescriptor } from './series-descriptor.ts'
import { SeriesHandle } from './series-handle.ts'
import { BYTES_PER_SAMPLE, Series } from './series.ts'

/** Options of {@link createStore}. */
export interface StoreOptions {
  /** How long a series stays visible after its newest sample. Default 300 000 (5 minutes), as in Prometheus. */
  readonly lookbackMs?: number
  /** Expected time between samples; sizes the rings. Default 5 000. */
  readonly intervalMs?: number
  /** Series kept at most; further ones are refused and counted. Default 10 000. */
  readonly maxSeries?: number
  /** Memory of all rings together; beyond it rings stop growing and new series are refused. Default 64 MiB. */
  readonly maxBytes?: number
  /** `selected` (default) stores only what some expression selects; `all` stores everything for {@link StoreOptions.retentionMs}. */
  readonly keep?: 'selected' | 'all'
  /** How far back `keep: 'all'` reaches. Default 3 600 000 (1 hour). */
  readonly retentionMs?: number
  /** Called once per reason when a limit is reached. */
  readonly onWarning?: (message: string) => void
}

/** Counts since the store was created, and its present size. */
export interface StoreStats {
  readonly series: number
  readonly bytes: number
  readonly selections: number
  readonly outOfOrder: number
  readonly duplicates: number
  /** Series refused because a limit was reached. */
  readonly refusedSeries: number
  readonly evictedSeries: number
  /** Samples overwritten although an expression could still have asked for them. */
  readonly truncatedSamples: number
}

const RING_BYTES = 16 * BYTES_PER_SAMPLE

/** The series that expressions select, each in a bounded ring. See {@link createStore}. */
export class Store {
  readonly lookbackMs: number
  readonly #options: Required<Omit<StoreOptions, 'onWarning'>> & Pick<StoreOptions, 'onWarning'>
  readonly #series = new Map<string, Series>()
  readonly #selections = new Map<string, Selection>()
  readonly #byName = new Map<string, Selection[]>()
  readonly #nameless: Selection[] = []
  readonly #warned = new Set<string>()
  #generation = 0
  #stats = { outOfOrder: 0, duplicates: 0, refusedSeries: 0, evictedSeries: 0, truncatedSamples: 0 }

  constructor(options: StoreOptions = {}) {
    this.#options = {
      lookbackMs: 300_000,
      intervalMs: 5000,
      maxSeries: 10_000,
      maxBytes: 64 * 1024 * 1024,
      keep: 'selected',
      retentionMs: 3_600_000,
      ...options,
    }
    this.lookbackMs = this.#options.lookbackMs
  }

  /** Rises whenever a new selection may want series that were refused before; handles ask again then. */
  get generation(): number {
    return this.#generation
  }

  get stats(): StoreStats {
    let bytes = 0
    let truncatedSamples = this.#stats.truncatedSamples
    for (const series of this.#series.values()) {
      bytes += series.bytes
      truncatedSamples += series.truncated
    }
    return { ...this.#stats, truncatedSamples, bytes, series: this.#series.size, selections: this.#selections.size }
  }

  /** Registers interest in the series the matchers mean, for `windowMs` back; called when an expression is bound. */
  want(matches: readonly LabelMatch[], windowMs: number): Selection {
    const key = JSON.stringify(matches.map(({ label, operator, value }) => [label, operator, value]))
    let selection = this.#selections.get(key)
    if (selection === undefined) {
      selection = new Selection(key, matches, windowMs)
      this.#selections.set(key, selection)
      this.#index(selection)
      this.#generation += 1
    } else if (windowMs <= selection.windowMs) return selection
    selection.windowMs = windowMs
    for (const series of this.#series.values()) {
      if (!selection.wants(series)) continue
      selection.add(series)
      series.retentionMs = Math.max(series.retentionMs, this.#retention(selection.windowMs))
    }
    return selection
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
    const candidate = { labels, spellings: names }
    const wanting = this.#wanting(candidate)
    if (wanting.length === 0 && this.#options.keep === 'selected') return undefined
    if (this.#series.size >= this.#options.maxSeries)
      return this.#refuse(`more than ${this.#options.maxSeries} series (maxSeries)`)
    if ((this.#series.size + 1) * RING_BYTES > this.#options.maxBytes)
      return this.#refuse(`more than ${this.#options.maxBytes} bytes (maxBytes)`)
    let retentionMs = this.#options.keep === 'all' ? this.#options.retentionMs : 0
    for (const selection of wanting) retentionMs = Math.max(retentionMs, this.#retention(selection.windowMs))
    const series = new Series(labels.key, labels, names, retentionMs)
    this.#series.set(labels.key, series)
    for (const selection of wanting) selection.add(series)
    return series
  }

  /** Appends on behalf of a handle and counts what was ignored. */
  append(series: Series, timeMs: number, value: number, stale: boolean): void {
    const result = stale ? series.markStale(timeMs, this.#capacity) : series.append(timeMs, value, this.#capacity)
    if (result === 'out_of_order') this.#stats.outOfOrder += 1
    else if (result === 'duplicate') this.#stats.duplicates += 1
  }

  /** Says that a series is gone: it disappears at once instead of after the lookback. */
  markStale(handle: SeriesHandle, timeMs: number): void {
    handle.markStale(timeMs)
  }

  /** Forgets series that no expression can see any more; call it once per evaluation. */
  sweep(nowMs: number): void {
    let evicted = 0
    for (const [key, series] of this.#series) {
      // A newest sample far in the future is left from before the clock was set back.
      if (Math.abs(nowMs - series.lastMs) <= series.retentionMs) continue
      series.evicted = true
      this.#stats.truncatedSamples += series.truncated
      this.#series.delete(key)
      evicted += 1
    }
    if (evicted === 0) return
    this.#stats.evictedSeries += evicted
    this.#generation += 1
    for (const selection of this.#selections.values()) selection.prune()
  }

  #index(selection: Selection): void {
    if (selection.name === undefined) {
      this.#nameless.push(selection)
      return
    }
    const sameName = this.#byName.get(selection.name)
    if (sameName === undefined) this.#byName.set(selection.name, [selection])
    else sameName.push(selection)
  }

  #wanting(candidate: { labels: Labels; spellings: readonly string[] }): Selection[] {
    const named = candidate.spellings.flatMap(name => this.#byName.get(name) ?? [])
    return [...named, ...this.#nameless].filter(selection => selection.wants(candidate))
  }

  #retention(windowMs: number): number {
    return Math.max(windowMs, this.lookbackMs) + this.#options.intervalMs
  }

  /** Room for the window at twice the expected rate, a power of two, within the store's share of memory. */
  readonly #capacity = (retentionMs: number): number => {
    const wanted = (2 * retentionMs) / this.#options.intervalMs + 8
    const share = this.#options.maxBytes / BYTES_PER_SAMPLE / Math.max(1, this.#series.size)
    return 2 ** Math.floor(Math.log2(Math.max(16, Math.min(2 * wanted, share))))
  }

  #refuse(reason: string): undefined {
    this.#stats.refusedSeries += 1
    if (!this.#warned.has(reason)) {
      this.#warned.add(reason)
      this.#options.onWarning?.(`promql store: refused a series, ${reason}; raise the limit or select fewer series`)
    }
    return undefined
  }
}

/**
 * Creates an empty store.
 *
 * @example
 * const store = createStore({ intervalMs: 5_000 })
 * const rules = createRules([{ alert: 'Slow', expr: 'rate(slow_total[1m]) > 1' }], store)
 * const handle = store.series({ name: 'slow', kind: 'counter' })
 * handle.append(now, 12)
 */
export function createStore(options?: StoreOptions): Store {
  return new Store(options)
}
