import type { BoundExpression, Store } from '@homeostat/promql'
import { compile } from '@homeostat/promql'
import type { Faults } from '@homeostat/signals'
import type { Sample } from './judge/episode.ts'
import { plainLabels } from './plain-labels.ts'
import { expressionsOf } from './response-expressions.ts'
import type { Direction, Expectation, Response } from './response.ts'
import type { Steps } from './sliced-work.ts'

/** @default of `Expectation.baselineMs` */
export const DEFAULT_BASELINE_MS = 120_000

/** A baseline holds at most this many of the latest ticks, however long it is asked to be. */
const MOST_BASELINE_TICKS = 1000

type Labels = Readonly<Record<string, string>>

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
export class Measurement implements Disposable {
  readonly #bound = new Map<string, BoundExpression>()
  /** Of this tick: guards, expectations and clears ask for the same numbers. */
  readonly #read = new Map<string, { readonly at: number; readonly readings: readonly Reading[] }>()
  readonly #faults: Faults
  readonly #intervalMs: number

  constructor(store: Store, responses: readonly Response[], faults: Faults, intervalMs: number) {
    this.#faults = faults
    this.#intervalMs = intervalMs
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
      faults.contain('rule', () => this.#bound.set(expr, compile(expr).bind(store, earlierMs)))
    }
  }

  /** What should change, now; of several series the worst. Undefined when there is no data. */
  expected(expect: Expectation, labels: Labels, now: number): number | undefined {
    return expectedOf(this.read(expect.expr, now), expect, labels)
  }

  /** What should change, from before now, a value for each tick. */
  baseline(expect: Expectation, labels: Labels, now: number): Sample[] {
    const { baselineMs = DEFAULT_BASELINE_MS } = expect
    const samples: Sample[] = []
    const ticks = Math.min(Math.floor(baselineMs / this.#intervalMs), MOST_BASELINE_TICKS)
    for (let tick = ticks; tick >= 0; tick--) {
      const at = now - tick * this.#intervalMs
      const value = expectedOf(this.#evaluate(expect.expr, at), expect, labels)
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

  [Symbol.dispose](): void {
    for (const bound of this.#bound.values()) bound.dispose()
    this.#bound.clear()
  }

  /** The values of one of the responses' expressions, series by series. */
  read(expr: string, now: number): readonly Reading[] {
    const known = this.#read.get(expr)
    if (known?.at === now) return known.readings
    const readings = this.#evaluate(expr, now)
    this.#read.set(expr, { at: now, readings })
    return readings
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
    return this.read(expr, now).some(reading => isNarrowedBy(reading.labels, labels))
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

/** The values of the series that an alert's labels leave over; of several the worst. */
function expectedOf(readings: readonly Reading[], { direction }: Expectation, labels: Labels): number | undefined {
  // An infinite value holds as any other does, but nothing can be compared with it.
  const narrowed = readings
    .filter(reading => isNarrowedBy(reading.labels, labels) && Number.isFinite(reading.value))
    .map(({ value }) => value)
  return worst(narrowed, direction === 'down' ? 'up' : 'down')
}

function worst(values: readonly number[], worse: Direction): number | undefined {
  if (values.length === 0) return undefined
  return worse === 'up' ? Math.max(...values) : Math.min(...values)
}
