import type { BoundExpression, Labels, Store } from '@homeostat/promql'
import { compile } from '@homeostat/promql'
import type { Steps } from '@homeostat/signals'
import type { Gauge, GaugeSeries, Sample } from '../wire/messages.ts'
import type { ShownForecast, ShownHomeostat } from '../shown-homeostat.ts'
import { comparisonOf } from './comparison.ts'
import { MOST_PAST, PastValues } from './past-values.ts'
import { descriptionOf, unitOf } from './unit.ts'

/** Lines of all charts, and of one. */
const MOST_SERIES = 500
const MOST_SERIES_OF_GAUGE = 20
/** Rules that have a chart. */
const MOST_GAUGES = 300
/** Ticks without a value after which a line may make room for another one. */
const MOST_SILENT = 60
/** Ticks before the first viewer that are computed from what the store still has. */
const MOST_EARLIER = 60

type Told = Omit<Gauge, 'id' | 'series' | 'leftOut'>

/** One expression, with the lines it has had. */
interface Watched {
  readonly id: number
  readonly told: Told
  readonly bound: BoundExpression
  /** How far back the store can be asked about it, in milliseconds. */
  readonly reachMs: number
  readonly series: Map<string, GaugeSeries>
  /** The tick in which each line had its last value. */
  readonly seenAt: Map<string, number>
  readonly leftOut: Set<string>
}

/**
 * The numbers behind the rules in force and the forecasts, evaluated tick by tick while somebody looks. It reads what the store holds for the
 * rules anyway, and ends with {@link Gauges[Symbol.dispose]}.
 */
export class Gauges implements Disposable {
  readonly #homeostat: ShownHomeostat
  readonly #store: Store
  readonly #watched: Watched[] = []
  readonly #values = new PastValues()
  readonly #rules: unknown
  #series = 0
  #nextId = 0
  #tick = 0
  #isNews = true

  constructor(homeostat: ShownHomeostat, forecasts: readonly ShownForecast[]) {
    this.#homeostat = homeostat
    this.#store = homeostat.optimizer.store
    this.#rules = homeostat.optimizer.rules
    this.follow(forecasts)
    for (const told of this.#ofRules()) this.#watch(told)
  }

  /** A forecaster says nothing in its first ten minutes: its chart comes later. */
  follow(forecasts: readonly ShownForecast[]): void {
    const known = new Set(this.#watched.map(({ told: { kind, name } }) => `${kind} ${name}`))
    for (const told of forecastsOf(forecasts)) if (!known.has(`${told.kind} ${told.name}`)) this.#watch(told)
  }

  /** Whether these are still the rules in force. */
  get isCurrent(): boolean {
    return this.#homeostat.optimizer.rules === this.#rules
  }

  /** All charts if one of them has changed since the last call. */
  takeNews(): readonly Gauge[] | undefined {
    if (!this.#isNews) return undefined
    this.#isNews = false
    return this.all
  }

  get all(): readonly Gauge[] {
    return this.#watched.map(({ id, told, series, leftOut }) => ({
      ...told,
      id,
      series: [...series.values()],
      leftOut: leftOut.size,
    }))
  }

  /** The earlier values of all lines, as JSON. */
  pastInSteps(): Steps<string> {
    return this.#values.jsonInSteps()
  }

  /** Computes the ticks before now, as far as the store has the samples for them. */
  *lookBack(now: number, intervalMs: number, wallOf: (time: number) => number): Steps<void> {
    const most = Math.min(MOST_EARLIER, MOST_PAST - 1, Math.floor(this.#store.lookbackMs / intervalMs))
    for (let back = most; back >= 1; back--) {
      const at = now - back * intervalMs
      const values = yield* this.#read(at, ({ reachMs }) => reachMs >= now - at)
      if (values.length > 0) this.#values.add({ at: wallOf(at), values })
    }
  }

  /** The values of the tick at `now`. */
  *sample(now: number, wallOf: (time: number) => number): Steps<Sample> {
    const sample = { at: wallOf(now), values: yield* this.#read(now, () => true) }
    this.#values.add(sample)
    return sample
  }

  [Symbol.dispose](): void {
    for (const { bound } of this.#watched.splice(0)) bound.dispose()
  }

  *#read(at: number, isAsked: (watched: Watched) => boolean): Steps<[id: number, value: number][]> {
    const values: [id: number, value: number][] = []
    this.#tick++
    this.#makeRoom()
    for (const watched of this.#watched) {
      if (!isAsked(watched)) continue
      try {
        const columns = yield* watched.bound.columnsInSteps(at)
        for (const [place, labels] of columns.labels.entries()) {
          const value = columns.values[place]!
          const line = Number.isFinite(value) ? this.#lineOf(watched, labels) : undefined
          // Six digits are more than a chart can show.
          if (line !== undefined) values.push([line.id, Number(value.toPrecision(6))])
        }
      } catch {
        // The loop reports an expression that fails; its chart has a gap.
      }
      yield
    }
    return values
  }

  #lineOf(watched: Watched, labels: Labels): GaugeSeries | undefined {
    const { series, seenAt, leftOut } = watched
    const known = series.get(labels.key)
    if (known !== undefined) {
      seenAt.set(labels.key, this.#tick)
      return known
    }
    if (series.size >= MOST_SERIES_OF_GAUGE || this.#series >= MOST_SERIES) {
      if (leftOut.has(labels.key) || leftOut.size >= MOST_SERIES) return undefined
      leftOut.add(labels.key)
      this.#isNews = true
      return undefined
    }
    const made = { id: this.#nextId++, labels: labelText(labels) }
    this.#series++
    series.set(labels.key, made)
    seenAt.set(labels.key, this.#tick)
    leftOut.delete(labels.key)
    this.#isNews = true
    return made
  }

  /** Labels come and go, e.g. with each client: lines that have ended would leave no room for those that are there. */
  #makeRoom(): void {
    const isFull = this.#series >= MOST_SERIES
    for (const watched of this.#watched) if (isFull || watched.leftOut.size > 0) this.#dropSilent(watched)
  }

  #dropSilent({ series, seenAt }: Watched): void {
    for (const [key, { id }] of series) {
      if (this.#tick - seenAt.get(key)! < MOST_SILENT) continue
      series.delete(key)
      seenAt.delete(key)
      this.#values.drop(id)
      this.#series--
      this.#isNews = true
    }
  }

  #ofRules(): Told[] {
    const { rules, expressions } = this.#homeostat.optimizer
    return rules.health.flatMap(({ rule }): Told[] => {
      if ('record' in rule) return []
      try {
        const comparison = comparisonOf(expressions.compile(rule.expr))
        if (comparison === undefined) return []
        const { alert, annotations, labels } = rule
        const about = { description: descriptionOf(annotations), severity: labels?.['severity'] ?? '' }
        return [{ ...comparison, ...about, kind: 'rule', name: alert, unit: unitOf(comparison.expr, annotations) }]
      } catch {
        // Loading has reported it.
        return []
      }
    })
  }

  #watch(told: Told): void {
    if (this.#watched.length >= MOST_GAUGES) return
    try {
      const expression = compile(told.expr, { experimental: true })
      const reachMs = Math.max(0, this.#store.lookbackMs - expression.maxRangeMs)
      const bound = expression.bindApart(this.#store)
      this.#watched.push({
        id: this.#watched.length,
        told,
        bound,
        reachMs,
        series: new Map(),
        seenAt: new Map(),
        leftOut: new Set(),
      })
      this.#isNews = true
    } catch {
      // What cannot be compiled alone has no chart.
    }
  }
}

function forecastsOf(forecasts: readonly ShownForecast[]): Told[] {
  const byTarget = new Map(forecasts.map(forecast => [forecast.target, forecast]))
  return [...byTarget.values()].map(({ target, expr, threshold, unit }) => ({
    kind: 'forecast',
    name: target,
    description: '',
    expr,
    operator: '>=',
    threshold,
    isPart: false,
    unit: unit === 'ratio' ? 'ratio' : unitOf(expr),
    severity: '',
  }))
}

function labelText({ names, values }: Labels): string {
  return names
    .flatMap((name, place) =>
      name === '__name__' || name.startsWith('otel_scope_') ? [] : [`${shortName(name)} ${values[place]}`],
    )
    .join(', ')
    .slice(0, 200)
}

/** `db_client_connection_pool_name` is `pool name`: a legend has little room. */
function shortName(name: string): string {
  return name.split('_').slice(-2).join(' ')
}
