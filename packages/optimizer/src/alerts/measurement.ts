import { DEFAULT_BASELINE_MS } from '../words/trial-design.ts'
import type {
  BoundExpression,
  CompiledExpressions,
  Labels as SeriesLabels,
  Store,
  VectorColumns,
} from '@homeostat/promql'
import { atOnce, type Faults, type Steps } from '@homeostat/signals'
import type { Sample } from '@homeostat/judge'
import { LabelMatch } from './label-match.ts'
import { plainLabels } from '../words/plain-labels.ts'
import { expressionsOf } from '../words/response-expressions.ts'
import type { Direction, Expectation, Response } from '../words/response.ts'

/** A baseline holds at most this many of the latest ticks, however long it is asked to be. */
const MOST_BASELINE_TICKS = 1000

/** Responses checked between two rests. */
const RESPONSES_OF_STEP = 32

type Labels = Readonly<Record<string, string>>

/** Where the series of an expression are; mostly the same ones at each time. */
interface SeriesIndex {
  readonly series: readonly SeriesLabels[]
  readonly places: LabelMatch<number>
}

/**
 * The answer of an expression at a time, for many alerts. It lives until the next tick: garbage collections until then would copy an
 * object per series.
 */
interface Answer {
  readonly at: number
  /** The value of each series of the index. */
  readonly values: Float64Array
  readonly index: SeriesIndex
}

/** A value of one series of an expression. */
export interface Reading {
  readonly key: string
  readonly labels: Labels
  readonly value: number
}

/**
 * Evaluates the expressions of responses, narrowed to the labels of the alert they answer. All are bound at once, because
 * the store keeps only what some expression has asked for.
 */
export class Measurement {
  readonly #bound = new Map<string, BoundExpression>()
  /** The answers of this tick: guards, expectations and clears ask for the same numbers. */
  readonly #read = new Map<string, Answer>()
  /** The baselines of this tick: trials that begin together have the same one. */
  readonly #baselines = new Map<string, Answer>()
  readonly #indexes = new Map<string, SeriesIndex>()
  #baselinesAt = NaN
  readonly #faults: Faults
  readonly #intervalMs: number

  readonly #store: Store

  constructor(store: Store, faults: Faults, intervalMs: number) {
    this.#store = store
    this.#faults = faults
    this.#intervalMs = intervalMs
  }

  /** Binds all expressions of the responses. */
  *bind(responses: readonly Response[], expressions: CompiledExpressions): Steps<void> {
    const reach = new Map<string, number>()
    const want = (expr: string, earlierMs = 0): void => {
      reach.set(expr, Math.max(earlierMs, reach.get(expr) ?? 0))
    }
    for (const [index, response] of responses.entries()) {
      const { expect } = response
      for (const [, expr] of expressionsOf(response)) want(expr)
      if (expect) want(expect.expr, expect.baselineMs ?? DEFAULT_BASELINE_MS)
      if (index % RESPONSES_OF_STEP === RESPONSES_OF_STEP - 1) yield
    }
    for (const [expr, earlierMs] of reach) {
      this.#faults.contain('rule', () =>
        this.#bound.set(expr, expressions.compile(expr).bindApart(this.#store, earlierMs)),
      )
      yield
    }
  }

  /** The present value of what should change, the worst of several series. Undefined when there is no data. */
  expected(expect: Expectation, labels: Labels, now: number): number | undefined {
    return expectedOf(atOnce(this.#answer(expect.expr, now)), labels, expect)
  }

  /** The earlier values of what should change, one per tick. */
  baseline(expect: Expectation, labels: Labels, now: number): Sample[] {
    const samples: Sample[] = []
    for (const at of this.#baselineTimes(expect, now)) {
      const value = expectedOf(atOnce(this.#earlier(expect.expr, at, now)), labels, expect)
      if (value !== undefined) samples.push([at, value])
    }
    return samples
  }

  #baselineTimes({ baselineMs = DEFAULT_BASELINE_MS }: Expectation, now: number): number[] {
    const ticks = Math.min(Math.floor(baselineMs / this.#intervalMs), MOST_BASELINE_TICKS)
    return Array.from({ length: ticks + 1 }, (_, index) => now - (ticks - index) * this.#intervalMs)
  }

  /** Whether the response's `clear` says that the alert is over; without one, always. */
  isClear({ clear }: Response, labels: Labels, now: number): boolean {
    return clear === undefined || this.#holds(clear, labels, now)
  }

  /** The text of the first requirement of the response that does not hold; undefined when all do. */
  unmet({ requires = [] }: Response, labels: Labels, now: number): string | undefined {
    return requires.find(({ expr }) => !this.#holds(expr, labels, now))?.otherwise
  }

  /** Forgets the answers of a look between two ticks: the next tick may have the same time and other samples. */
  forget(): void {
    this.#read.clear()
  }

  /** Gives back what only these expressions needed of the store. */
  *dispose(): Steps<void> {
    for (const [expr, bound] of this.#bound) {
      this.#bound.delete(expr)
      bound.dispose()
      yield
    }
  }

  /** The values of one of the responses' expressions, series by series. */
  read(expr: string, now: number): readonly Reading[] {
    const { index, values } = atOnce(this.#answer(expr, now))
    return index.series.map((labels, place) => ({
      key: labels.key,
      labels: plainLabels(labels),
      value: values[place]!,
    }))
  }

  /** Reads in steps the expressions that this tick reads anyway, indexed for alerts with labels of these names if they are given. */
  *readAhead(exprs: Iterable<string>, now: number, labels?: Labels): Steps<void> {
    for (const expr of exprs) {
      const { index } = yield* this.#answer(expr, now)
      if (labels) yield* index.places.prepare(labels)
      yield
    }
  }

  /** Reads in steps the baseline of a trial that begins now. */
  *baselineAhead(expect: Expectation, labels: Labels, now: number): Steps<void> {
    for (const at of this.#baselineTimes(expect, now)) {
      const { index } = yield* this.#earlier(expect.expr, at, now)
      yield* index.places.prepare(labels)
      yield
    }
  }

  /** Whether an expression has a value for these labels. */
  #holds(expr: string, labels: Labels, now: number): boolean {
    return atOnce(this.#answer(expr, now)).index.places.has(labels)
  }

  *#answer(expr: string, now: number): Steps<Answer> {
    const known = this.#read.get(expr)
    if (known?.at === now) return known
    const answer = yield* this.#evaluate(expr, now)
    this.#read.set(expr, answer)
    return answer
  }

  /** The answer of an expression at an earlier time; evaluated once for all trials that begin now. */
  *#earlier(expr: string, at: number, now: number): Steps<Answer> {
    if (this.#baselinesAt !== now) this.#baselines.clear()
    this.#baselinesAt = now
    const key = `${at} ${expr}`
    const known = this.#baselines.get(key)
    if (known) return known
    const answer = yield* this.#evaluate(expr, at)
    this.#baselines.set(key, answer)
    return answer
  }

  *#evaluate(expr: string, at: number): Steps<Answer> {
    let columns = NOTHING
    try {
      const bound = this.#bound.get(expr)
      if (bound) columns = withoutMissing(yield* bound.columnsInSteps(at))
    } catch (error) {
      this.#faults.report('rule', error)
    }
    return { at, values: columns.values, index: yield* this.#indexOf(expr, columns.labels) }
  }

  *#indexOf(expr: string, series: readonly SeriesLabels[]): Steps<SeriesIndex> {
    const known = this.#indexes.get(expr)
    if (known && isSame(series, known.series)) return known
    const places = yield* LabelMatch.over([...series.keys()], place => plainLabels(series[place]!))
    const index = { series, places }
    this.#indexes.set(expr, index)
    return index
  }
}

const NOTHING: VectorColumns = { labels: [], values: new Float64Array() }

/** Leaves out the series whose value is not a number. */
function withoutMissing(columns: VectorColumns): VectorColumns {
  const { labels, values } = columns
  if (!hasMissing(values)) return columns
  return {
    labels: labels.filter((_, place) => !Number.isNaN(values[place])),
    values: values.filter(value => !Number.isNaN(value)),
  }
}

/** Not `some`: it makes an object of each number. */
function hasMissing(values: Float64Array): boolean {
  for (let place = 0; place < values.length; place++) if (Number.isNaN(values[place])) return true
  return false
}

function isSame(a: readonly SeriesLabels[], b: readonly SeriesLabels[]): boolean {
  return a === b || (a.length === b.length && a.every((labels, place) => labels === b[place]))
}

/** Labels that only one side has do not part them: an expression may aggregate more of them away than its alert. */
export function isNarrowedBy(sample: Labels, alert: Labels): boolean {
  // Asked for every series of every alert at each tick: an array of entries would cost more than the comparison.
  for (const name in sample) if ((alert[name] ?? sample[name]) !== sample[name]) return false
  return true
}

/** The worst value among the series that match an alert's labels; undefined when no value can be compared. */
function expectedOf({ index, values }: Answer, labels: Labels, { direction }: Expectation): number | undefined {
  const worse: Direction = direction === 'down' ? 'up' : 'down'
  let worst: number | undefined
  // Not `Math.max(...values)`: a hundred thousand arguments do not fit on the stack.
  for (const place of index.places.of(labels)) {
    const value = values[place]!
    // An infinite value can fire an alert, but a change from or to it cannot be measured.
    if (!Number.isFinite(value)) continue
    if (worst === undefined || (worse === 'up' ? value > worst : value < worst)) worst = value
  }
  return worst
}
