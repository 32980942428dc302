import type { BoundExpression, Store } from '@homeostat/promql'
import { compile } from '@homeostat/promql'
import type { Faults } from '@homeostat/signals'
import type { Sample } from './judge/episode.ts'
import { LabelMatch } from './label-match.ts'
import { plainLabels } from './plain-labels.ts'
import { expressionsOf } from './response-expressions.ts'
import type { Direction, Expectation, Response } from './response.ts'
import type { Steps } from './sliced-work.ts'

/** @default of `Expectation.baselineMs` */
export const DEFAULT_BASELINE_MS = 120_000

/** A baseline holds at most this many of the latest ticks, however long it is asked to be. */
const MOST_BASELINE_TICKS = 1000

type Labels = Readonly<Record<string, string>>

/** What an expression answered at a time, to be looked at for many alerts. */
interface Answer {
  readonly at: number
  readonly readings: readonly Reading[]
  /** Made when the first alert asks. */
  byLabels: LabelMatch<Reading> | undefined
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
  /** Of this tick: guards, expectations and clears ask for the same numbers. */
  readonly #read = new Map<string, Answer>()
  /** Of this tick: trials that begin together have the same baseline. */
  readonly #baselines = new Map<string, Answer>()
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
  *bind(responses: readonly Response[]): Steps<void> {
    const reach = new Map<string, number>()
    const want = (expr: string, earlierMs = 0): void => {
      reach.set(expr, Math.max(earlierMs, reach.get(expr) ?? 0))
    }
    for (const response of responses) {
      const { expect } = response
      for (const [, expr] of expressionsOf(response)) want(expr)
      if (expect) want(expect.expr, expect.baselineMs ?? DEFAULT_BASELINE_MS)
    }
    for (const [expr, earlierMs] of reach) {
      this.#faults.contain('rule', () => this.#bound.set(expr, compile(expr).bind(this.#store, earlierMs)))
      yield
    }
  }

  /** What should change, now; of several series the worst. Undefined when there is no data. */
  expected(expect: Expectation, labels: Labels, now: number): number | undefined {
    return expectedOf(narrowed(this.#answer(expect.expr, now), labels), expect)
  }

  /** What should change, from before now, a value for each tick. */
  baseline(expect: Expectation, labels: Labels, now: number): Sample[] {
    const { baselineMs = DEFAULT_BASELINE_MS } = expect
    const samples: Sample[] = []
    const ticks = Math.min(Math.floor(baselineMs / this.#intervalMs), MOST_BASELINE_TICKS)
    for (let tick = ticks; tick >= 0; tick--) {
      const at = now - tick * this.#intervalMs
      const value = expectedOf(narrowed(this.#earlier(expect.expr, at, now), labels), expect)
      if (value !== undefined) samples.push([at, value])
    }
    return samples
  }

  /** Whether the response's `clear` says that the alert is over; without one, always. */
  isClear({ clear }: Response, labels: Labels, now: number): boolean {
    return clear === undefined || this.#holds(clear, labels, now)
  }

  /** What is said of the first of the response's requirements that does not hold; undefined when all do. */
  unmet({ requires = [] }: Response, labels: Labels, now: number): string | undefined {
    return requires.find(({ expr }) => !this.#holds(expr, labels, now))?.otherwise
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
    return this.#answer(expr, now).readings
  }

  /** Reads in steps what is read at this time anyway. */
  *readAhead(exprs: Iterable<string>, now: number): Steps<void> {
    for (const expr of exprs) {
      this.read(expr, now)
      yield
    }
  }

  /** Whether an expression has a value for these labels. */
  #holds(expr: string, labels: Labels, now: number): boolean {
    return lookup(this.#answer(expr, now)).has(labels)
  }

  #answer(expr: string, now: number): Answer {
    const known = this.#read.get(expr)
    if (known?.at === now) return known
    const answer: Answer = { at: now, readings: this.#evaluate(expr, now), byLabels: undefined }
    this.#read.set(expr, answer)
    return answer
  }

  /** What an expression answered at a time before now; evaluated once for all trials that begin now. */
  #earlier(expr: string, at: number, now: number): Answer {
    if (this.#baselinesAt !== now) this.#baselines.clear()
    this.#baselinesAt = now
    const key = `${at} ${expr}`
    const known = this.#baselines.get(key)
    if (known) return known
    const answer: Answer = { at, readings: this.#evaluate(expr, at), byLabels: undefined }
    this.#baselines.set(key, answer)
    return answer
  }

  #evaluate(expr: string, now: number): readonly Reading[] {
    const value = this.#faults.contain('rule', () => this.#bound.get(expr)?.evaluate(now))
    if (value?.type === 'scalar') return Number.isNaN(value.value) ? [] : [{ key: '', labels: {}, value: value.value }]
    if (value?.type !== 'vector') return []
    return value.samples
      .filter(sample => !Number.isNaN(sample.value))
      .map(sample => ({ key: sample.labels.key, labels: plainLabels(sample.labels), value: sample.value }))
  }
}

/** Labels that only one side has do not part them: an expression may aggregate more of them away than its alert. */
export function isNarrowedBy(sample: Labels, alert: Labels): boolean {
  // Asked for every series of every alert at each tick: an array of entries would cost more than the comparison.
  for (const name in sample) if ((alert[name] ?? sample[name]) !== sample[name]) return false
  return true
}

function lookup(answer: Answer): LabelMatch<Reading> {
  return (answer.byLabels ??= new LabelMatch(answer.readings, ({ labels }) => labels))
}

/** The series that an alert's labels leave over. */
function narrowed(answer: Answer, labels: Labels): readonly Reading[] {
  return lookup(answer).of(labels)
}

/** Of the values of several series the worst. */
function expectedOf(readings: readonly Reading[], { direction }: Expectation): number | undefined {
  const worse: Direction = direction === 'down' ? 'up' : 'down'
  let worst: number | undefined
  // Not `Math.max(...values)`: a hundred thousand arguments do not fit on the stack.
  for (const { value } of readings) {
    // An infinite value holds as any other does, but nothing can be compared with it.
    if (!Number.isFinite(value)) continue
    if (worst === undefined || (worse === 'up' ? value > worst : value < worst)) worst = value
  }
  return worst
}
