import { type BoundExpression, compile, type Store } from '@homeostat/promql'
import { atOnce } from '@homeostat/signals'

/** Enough for an hour at ticks of 5 s. */
const MOST_VALUES = 720

/** The values of one expression, tick by tick; the worst where it has several series. */
export class Measure implements Disposable {
  readonly expr: string
  /** How far back it looks. */
  readonly rangeMs: number
  readonly #bound: BoundExpression
  readonly #direction: 'up' | 'down'
  readonly #values: (readonly [ms: number, value: number])[] = []

  /** @throws SyntaxProblem, UnsupportedFeature or RuleError - when `expr` is not PromQL that gives a vector */
  constructor(store: Store, { expr, direction }: { readonly expr: string; readonly direction: 'up' | 'down' }) {
    this.expr = expr
    this.#direction = direction
    const expression = compile(expr, { experimental: true })
    this.rangeMs = expression.maxRangeMs
    this.#bound = expression.bindApart(store)
  }

  /** The values that were read so far, oldest first. */
  get values(): readonly (readonly [ms: number, value: number])[] {
    return this.#values
  }

  /** Reads what the store still has of the ticks before, as far as the expression has its whole range there. */
  lookBack(now: number, intervalMs: number, lookbackMs: number): void {
    const ticks = Math.floor(Math.max(0, lookbackMs - this.rangeMs) / intervalMs)
    for (let back = Math.min(ticks, MOST_VALUES); back >= 0; back--) this.read(now - back * intervalMs)
  }

  /** The value now; undefined where there is none, or none that can be compared. */
  read(now: number): number | undefined {
    const { values } = atOnce(this.#bound.columnsInSteps(now))
    let worst: number | undefined
    for (const value of values)
      if (
        Number.isFinite(value) &&
        (worst === undefined || (this.#direction === 'down' ? value > worst : value < worst))
      )
        worst = value
    if (worst === undefined) return undefined
    if (this.#values.length >= MOST_VALUES) this.#values.shift()
    this.#values.push([now, worst])
    return worst
  }

  [Symbol.dispose](): void {
    this.#bound.dispose()
  }
}
